"""What a rendercanvas program is told of its frames: `get_stats()`."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..peers.peer import Peer
from ..stats import PeerStats

# Pictures whose times are remembered.
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class _Sent:
    """What went to viewers. encoding: seconds that all of these frames took."""

    frames: int = 0
    bytes: int = 0
    encoding: float = 0.0

    def __add__(self, other: _Sent) -> _Sent:
        return _Sent(
            self.frames + other.frames, self.bytes + other.bytes, self.encoding + other.encoding
        )


class Statistics:
    """Counts from `reset()` on. Pictures are counted by the program's thread, their showing by the canvas's.

    peers: gives the viewers that there are. One who has left is among them no more, and is counted by `left()`.
    """

    def __init__(self, peers: Callable[[], Sequence[Peer]]) -> None:
        self._lock = threading.Lock()
        self._peers = peers
        self._joined: dict[str, Peer] = {}
        self.reset()

    def reset(self) -> None:
        """Count anew from the next picture on."""
        with self._lock:
            self._before = {peer.id: peer.stats for peer in self._counted()}
            self._departed = _Sent()
            self._pictures = 0
            self._shown = 0
            self._first = self._last = 0.0
            self._times: deque[float] = deque(maxlen=REMEMBERED)

    def joined(self, peer: Peer) -> None:
        """The program is told of a viewer, who counts until it is told that this one has left."""
        with self._lock:
            self._joined[peer.id] = peer

    def left(self, peer: Peer) -> None:
        """The program is told that a viewer has left."""
        with self._lock:
            self._joined.pop(peer.id, None)
            self._departed += self._sent(peer)
            self._before.pop(peer.id, None)

    def picture(self) -> None:
        """The program handed over a picture."""
        with self._lock:
            self._pictures += 1

    def shown(self, now: float, took: float | None) -> None:
        """A picture came onto a screen, so many seconds after its hand-over where that is known."""
        with self._lock:
            if not self._shown:
                self._first = now
            self._shown += 1
            self._last = now
            if took is not None:
                self._times.append(took)

    def figures(self) -> dict[str, Any]:
        """See `RtcRenderCanvas.get_stats`."""
        with self._lock:
            times = sorted(self._times)
            passed = self._last - self._first
            sent = sum(map(self._sent, self._counted()), self._departed)
            return {
                "encoded_frames": self._pictures,
                "sent_frames": sent.frames,
                "confirmed_frames": self._shown,
                "encoding": sent.encoding / sent.frames if sent.frames else 0.0,
                "roundtrip": sum(times) / len(times) if times else 0.0,
                "roundtrip_p50": _percentile(times, 0.5),
                "roundtrip_p95": _percentile(times, 0.95),
                # From one picture to the next: before the first there may have been nobody to show it to.
                "fps": (self._shown - 1) / passed if passed > 0 else 0.0,
                "bytes": sent.bytes,
                "peers": {peer.id: peer.stats.as_dict() for peer in self._peers()},
            }

    def _counted(self) -> Sequence[Peer]:
        """The viewers that there are, and those who have left without the program's having been told yet."""
        return list({**self._joined, **{peer.id: peer for peer in self._peers()}}.values())

    def _sent(self, peer: Peer) -> _Sent:
        now, before = peer.stats, self._before.get(peer.id, PeerStats())
        frames = now.frames - before.frames
        return _Sent(frames, now.bytes - before.bytes, frames * now.encode_time)


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0.0
