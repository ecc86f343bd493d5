"""Whether one peer's video keeps the colour of each pixel (4:4:4) or of four together (4:2:0), and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .encoded_frame import Chroma, ChromaWish, Codec

FULL_CHROMA = "h264-444"
"""What a page calls H.264 of 4:4:4."""

# Pixels for each core that 4:4:4 begins with: a picture of 1920x1080 on two.
PIXELS_PER_CORE = 1920 * 1080 // 2

# What is sent at half its size, as little may be sent, is more like the picture with the bits that its colour would
# take: at 300 kbit/s, 1280x720 has a decibel more of RGB in 4:2:0; at 600, which do for more than half, one less.
SMALL = 0.5

# Of the time between two frames, their encoding may take this share. More than that for some seconds, and the frame
# rate suffers, or is about to.
BUSY = 0.85
PATIENCE = 3.0

# What made the machine slow may have passed after this; each time it had not, twice as long is waited.
TRY_AGAIN = 60.0

SMOOTHING = 0.1

# A program that draws on demand may pause for long.
LONGEST_INTERVAL = 0.5


def obstacle(wish: ChromaWish, codec: Codec, *, has_channels: bool) -> str | None:
    """Why 4:4:4 is not to be accepted from an offer, whatever is in it; None where it is."""
    if codec != "h264":
        return "VP8 has no other"
    if wish == "420":
        return "asked for"
    if wish == "auto" and not has_channels:
        return "a player without data channels could not tell that it does not decode 4:4:4"
    return None


def obstacle_in(wish: ChromaWish, codec: Codec, decodable: Sequence[str]) -> str | None:
    """Why 4:4:4 is not for a page with a WebSocket, by what it says it decodes; None where it is."""
    if codec == "jpeg":
        return None
    against = obstacle(wish, codec, has_channels=True)
    if against is None and FULL_CHROMA not in decodable:
        return "the browser does not decode it"
    return against


class ChromaChoice:
    """Chooses the chroma of each frame of one peer.

    obstacle: why it never has 4:4:4, None where it may. insists: whether 4:4:4 is wanted whatever it costs.
    cores: of the machine.
    reason: why the last frame had the chroma that it had, in a few words.
    """

    def __init__(self, obstacle: str | None, *, insists: bool, cores: int) -> None:
        self._obstacle = obstacle
        self._insists = insists
        self._cores = cores
        self._seconds = 0.0
        self._interval = LONGEST_INTERVAL
        self._last_start: float | None = None
        self._busy_since: float | None = None
        self._too_slow = ""
        self._slow_until = 0.0
        self._pause = TRY_AGAIN
        self.reason = ""

    def choose(self, size: tuple[int, int], now: float, scale: float = 1.0) -> Chroma:
        """The chroma of the next frame, of a picture of `size` (width, height) both of whose sides are scaled."""
        against = self._obstacle or self._cost(size, now)
        if against is None and scale <= SMALL and not self._insists:
            against = "it is sent at half its size, for lack of bits"
        if against is not None:
            self.reason = against
            return "420"
        self.reason = "asked for" if self._insists else "the browser takes it"
        return "444"

    def give_up(self, reason: str) -> None:
        """From now on it is 4:2:0, whatever was wished."""
        self._obstacle = self._obstacle or reason

    def encoded(self, started: float, seconds: float) -> None:
        """Take note of what converting and encoding a new picture in 4:4:4 took, and when that began."""
        if self._last_start is not None:
            interval = min(started - self._last_start, LONGEST_INTERVAL)
            self._interval += SMOOTHING * (interval - self._interval)
        self._last_start = started
        self._seconds += SMOOTHING * (seconds - self._seconds)
        if self._seconds < BUSY * self._interval:
            self._busy_since = None
        elif self._busy_since is None:
            self._busy_since = started
        elif started - self._busy_since >= PATIENCE:
            self._fall_back(started)

    def _cost(self, size: tuple[int, int], now: float) -> str | None:
        """What the machine cannot afford, None where it can."""
        if self._insists:
            return None
        if size[0] * size[1] > PIXELS_PER_CORE * self._cores:
            return f"{size[0]} × {size[1]} pixels are too many for {self._cores} cores"
        return self._too_slow if now < self._slow_until else None

    def _fall_back(self, now: float) -> None:
        took, of = 1000 * self._seconds, 1000 * self._interval
        self._too_slow = f"encoding 4:4:4 took {took:.0f} ms of {of:.0f} ms"
        self._slow_until = now + self._pause
        self._pause *= 2
        self._seconds, self._interval = 0.0, LONGEST_INTERVAL
        self._last_start = self._busy_since = None
