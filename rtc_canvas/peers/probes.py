"""One peer's questions about the pictures on its screen: checked, counted, put to the program, and answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from ..allowance import Allowance
from ..control import Role, may
from ..exceptions import NoAnswer, ProbeError
from ..messages import Asked
from ..peer_log import Log
from ..program.probe import NO_PROBE, Outcome, ProbeRequest, Question, pixel_at
from .frame_log import FrameLog

# As many as the page asks; a few may come at once where the network held them up.
PER_SECOND = 20
BURST = 10

MOST_WAITING = 4


class ProbeAudience(Protocol):
    """What a peer's questions need of the audience that it belongs to."""

    @property
    def probe_role(self) -> Role | None: ...

    def peer_asks(self, question: Question) -> None: ...


class PeerProbes:
    """Lives on the event loop.

    peer: who asks, as the program sees it; role: what it may do.
    pictures: those that it was sent.
    tell: sends a message to its page.
    """

    def __init__(
        self,
        peer: object,
        role: Role,
        audience: ProbeAudience,
        pictures: FrameLog,
        *,
        tell: Callable[[Mapping[str, object]], None],
        log: Log,
    ) -> None:
        self._peer = peer
        self._role = role
        self._audience = audience
        self._pictures = pictures
        self._tell = tell
        self._log = log
        now = time.monotonic()
        self._admitted = Allowance(PER_SECOND, BURST, now)
        self._refused = Allowance(PER_SECOND, BURST, now)
        self._waiting: set[Question] = set()
        self._logged: set[NoAnswer] = set()

    def ask(self, asked: Asked) -> bool:
        """Have a question answered; False for one of a flood, of which its page is told nothing."""
        try:
            self._admit()
            request = self._request(asked)
        except ProbeError as error:
            if error.reason == "many" and not self._refused.take(time.monotonic()):
                return False
            self._answer(asked.number, error)
            return True

        def done(outcome: Outcome) -> None:
            self._waiting.remove(question)
            self._answer(asked.number, outcome)

        question = Question(request, done)
        self._waiting.add(question)
        self._audience.peer_asks(question)
        return True

    def close(self) -> None:
        """Wait for no answer any more."""
        for question in self._waiting:
            question.drop()
        self._waiting.clear()

    def _admit(self) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise ProbeError(
                "many", f"{MOST_WAITING} questions wait for an answer already; ask again after one."
            )
        if not self._admitted.take(time.monotonic()):
            raise ProbeError(
                "many", f"At most {PER_SECOND} questions a second are answered; ask more slowly."
            )

    def _request(self, asked: Asked) -> ProbeRequest:
        """The question as the program gets it."""
        needed = self._audience.probe_role
        if needed is None:
            raise ProbeError("none", NO_PROBE)
        if not may(self._role, needed):
            raise ProbeError(
                "role",
                f"Only with the role {needed!r} may one ask for values here; yours is {self._role!r}.",
            )
        picture = self._pictures.picture(asked.picture)
        if picture is None:
            raise ProbeError(
                "forgotten",
                f"Picture {asked.picture} is not known any more; ask about the one on the screen.",
            )
        # The page may have been told meanwhile that the range of its coordinates changes.
        x = asked.x * (picture.logical_size[0] / asked.logical[0])
        y = asked.y * (picture.logical_size[1] / asked.logical[1])
        pixel = pixel_at(x, y, picture.logical_size, picture.size)
        return ProbeRequest(x, y, pixel, picture.number, picture.id, self._peer)

    def _answer(self, number: int, outcome: Outcome) -> None:
        if isinstance(outcome, ProbeError):
            self._log_once(outcome)
            self._tell({"type": "probe", "probe": number, "error": str(outcome)})
        else:
            self._tell(
                {"type": "probe", "probe": number, "value": outcome.value, "text": outcome.text}
            )

    def _log_once(self, error: ProbeError) -> None:
        # What the program's own probe did wrong is in the log already.
        if error.reason != "failed" and error.reason not in self._logged:
            self._logged.add(error.reason)
            self._log.warning("A probe was refused: %s", error)
