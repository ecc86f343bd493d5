"""One peer's exact pixels: once a picture has settled, its very pixels follow its video."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from ..exceptions import BadMessage, EncoderError
from ..messages import ExactMessage, Received, parse_exact_message
from ..peer_log import Log
from ..rtc.channels import EXACT
from ..video.picture import Picture
from .exact_images import ExactImage, ExactImages
from .exact_transfer import ExactTransfer
from .stream import FrameSource
from .transport import Transport

# A picture that has not changed for so many seconds has settled.
SETTLED = 0.25

# Before that the page has had its video for so many seconds: one who joins sees that gain first, and the frames that it
# gains by tell what the way carries.
VIDEO_FIRST = 0.25

# A page that acknowledges nothing for so many seconds gets the video refined instead.
PATIENCE = 10.0

# While there is no room for a piece, it is looked for after so many seconds.
LOOK_AGAIN = 0.002

# How many images that were cut off are known, as what a page says of them is still on its way.
REMEMBERED = 16


class ExactSource(FrameSource, Protocol):
    """Where the newest picture is, and its image."""

    @property
    def exact_images(self) -> ExactImages: ...


class SentVideo(Protocol):
    """What of the video has been sent: a stream, seen from here."""

    @property
    def sent(self) -> Picture | None: ...


class PeerExact:
    """Sends one peer the image of each picture that settles, if its page wants that. Lives on the event loop.

    Pictures go by their `content` here: the same pixels again are the same picture.

    frames: the message that tells what the newest frames of its video show.
    on_change: called when `shown` or `takes_over` changed.
    on: whether the page wants images. said: whether it has said so, or that it does not.
    shown: the picture whose very pixels are on the page's screen, 0 for none. count: how many the page has shown.
    """

    def __init__(
        self,
        source: ExactSource,
        *,
        frames: Callable[[], Mapping[str, object]],
        on_change: Callable[[], None],
        log: Log,
    ) -> None:
        self._source = source
        self._frames = frames
        self._on_change = on_change
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._transport: Transport | None = None
        self._video: SentVideo | None = None
        self.on = self.said = False
        self.shown = 0
        self.count = 0
        self._visible = True
        self._picture = 0
        self._has_video = False
        self._settles_at = 0.0
        self._given_up = 0
        self._transfer: ExactTransfer | None = None
        self._cut_off: deque[int] = deque(maxlen=REMEMBERED)
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._deadline: asyncio.Timeout | None = None
        self._acknowledged = asyncio.Event()

    def attach(self, transport: Transport, video: SentVideo) -> None:
        """Give it the way to the page, and the video that goes there; what went another way begins anew."""
        self._cut()
        self._transport, self._video, self._has_video = transport, video, False
        self._given_up = 0

    @property
    def takes_over(self) -> bool:
        """Whether the newest picture's video is refined no further, as its very pixels are shown or on their way."""
        settled = self._has_video and time.monotonic() >= self._settles_at
        return self.is_wanted and settled

    @property
    def is_wanted(self) -> bool:
        """Whether the newest picture is final only with its very pixels."""
        return self.on and self._picture != self._given_up

    def set_on(self, on: bool) -> None:
        self.said = True
        if on != self.on:
            self.on = on
            self._cut()
        elif not self._given_up:
            return
        self._given_up = 0
        self.look()
        self._on_change()

    def set_visible(self, visible: bool) -> None:
        """Nothing is sent to a page that nobody sees; what it shows stays there."""
        self._visible = visible
        if visible:
            self.look()
        elif self._task is not None:
            self._cut()

    def look(self) -> None:
        """Something changed: the newest picture, what of it was sent, or whether there is room."""
        picture, now = self._source.newest, time.monotonic()
        if picture is None or self._transport is None or self._video is None:
            return
        if picture.content != self._picture:
            self._cut()
            self._picture, self._has_video = picture.content, False
            self._settles_at = picture.render_time + SETTLED
        sent = self._video.sent
        if not self._has_video and sent is not None and sent.content == self._picture:
            self._has_video = True
            self._settles_at = max(self._settles_at, now + VIDEO_FIRST)
        if self._task is not None or self._timer is not None or not self._may_send:
            return
        if now < self._settles_at:
            self._timer = self._loop.call_later(self._settles_at - now, self._look_again)
        elif self._transport.has_room:
            self._task = self._loop.create_task(self._run())

    def tell_frames(self, message: Mapping[str, object]) -> None:
        """Tell the page what a repeated frame shows where nothing is lost: it hides its exact pixels for any other."""
        if self.takes_over:
            self._tell(message)

    def message(self, message: str | bytes) -> None:
        """Take what the page acknowledges.

        Raises:
            BadMessage: when it is malformed, or cannot be.
        """
        said = parse_exact_message(message)
        try:
            self._take(said)
        except BadMessage:
            # What it says of an image that was cut off may cross that image's beginning anew.
            if said.picture not in self._cut_off:
                raise

    def _take(self, said: ExactMessage) -> None:
        transfer = self._transfer
        if transfer is None or said.picture != transfer.picture:
            raise BadMessage(f"exact: picture {said.picture} was not sent.")
        if isinstance(said, Received):
            transfer.acknowledge(said.octets)
        elif not transfer.shown:
            transfer.acknowledge_shown()
            self.shown, self._given_up = self._picture, 0
            self.count += 1
            self._on_change()
        if self._deadline is not None and not self._deadline.expired():
            self._deadline.reschedule(self._loop.time() + PATIENCE)
        self._acknowledged.set()

    async def stop(self) -> None:
        """Send no more, not even that it is over. Idempotent."""
        self.on, self._transport = False, None
        task = self._task
        self._cut()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    @property
    def _may_send(self) -> bool:
        """Whether an image of the newest picture is to be sent, now or soon."""
        ready = self._visible and self._has_video and self._picture != self.shown
        return self.is_wanted and ready

    def _look_again(self) -> None:
        self._timer = None
        self.look()
        # The video need not be refined any more.
        self._on_change()

    def _cut(self) -> None:
        """Stop what is being sent, and forget what is shown."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        transfer = self._transfer
        self._timer = self._task = self._deadline = self._transfer = None
        self.shown = 0
        if transfer is not None:
            self._cut_off.append(transfer.picture)
            if not transfer.shown:
                self._tell({"type": "cancel", "picture": transfer.picture})

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE) as self._deadline:
                image = await self._source.exact_images.newest()
                # Otherwise a newer picture has come, and is looked at when it has settled.
                if image is not None and image.picture == self._picture:
                    await self._send(image)
        except TimeoutError:
            self._give_up("Its page does not acknowledge the exact image.")
        except EncoderError as error:
            self._give_up(str(error))
        except Exception:
            self._log.exception("The exact image could not be sent.")
            self._give_up("The video is refined instead.")
        self._task = self._deadline = None

    async def _send(self, image: ExactImage) -> None:
        """Send the image, and wait until the page shows it."""
        assert self._transport is not None, "nothing is sent before"
        # A page that takes nothing is told of nothing either, and one that has just come back may not be able to yet.
        while not (self._transport.piece_room and self._announce(image)):  # noqa: ASYNC110  # the pace of the pieces
            await asyncio.sleep(LOOK_AGAIN)
        transfer = self._transfer = ExactTransfer(image.picture, image.data)
        while not transfer.shown:
            if transfer.is_sent or not transfer.is_open:
                self._acknowledged.clear()
                await self._acknowledged.wait()
            elif not self._send_piece(transfer):
                await asyncio.sleep(LOOK_AGAIN)

    def _announce(self, image: ExactImage) -> bool:
        """Tell the page that the image comes; whether that could be sent."""
        # It stays hidden where the page does not know what is on its screen: on `frames` that may have been lost.
        return self._tell(self._frames()) and self._tell(
            {
                "type": "image",
                "picture": image.picture,
                "size": image.size,
                "bytes": len(image.data),
                "format": "png",
            }
        )

    def _send_piece(self, transfer: ExactTransfer) -> bool:
        """Send the next piece; whether it could be sent."""
        assert self._transport is not None, "the transfer ends first"
        room = self._transport.piece_room
        if not room:
            return False
        piece = transfer.next_piece(room)
        if not self._transport.send_piece(piece):
            transfer.take_back(piece)
            return False
        return True

    def _give_up(self, why: str) -> None:
        self._log.info("%s", why)
        self._given_up = self._picture
        self._on_change()

    def _tell(self, message: Mapping[str, object]) -> bool:
        return self._transport is not None and self._transport.send_message(EXACT, message)
