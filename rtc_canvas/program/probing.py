"""The program's probe, and the questions that wait for it."""

from __future__ import annotations

import inspect
import logging
from collections import deque
from collections.abc import Coroutine
from typing import Any

from ..exceptions import ProbeError
from .probe import NO_PROBE, Outcome, Probe, Question
from .probe_answer import answer_of
from .program_thread import run_here

logger = logging.getLogger(__name__)

PROBE_FAILED = "The program's probe failed; its log says why."


class Probing:
    """Lives on the canvas's thread. Who calls `ask` and `next` holds the lock of that thread."""

    def __init__(self) -> None:
        self._probe: Probe | None = None
        self._questions: deque[Question] = deque()
        self._asked_last = False
        self._failures = 0

    @property
    def probe(self) -> Probe | None:
        """What is asked; a new one's failures are counted anew."""
        return self._probe

    @probe.setter
    def probe(self, probe: Probe) -> None:
        self._probe = probe
        self._failures = 0

    def ask(self, question: Question) -> None:
        self._questions.append(question)

    def next(self, *, draw_due: bool) -> Question | None:
        """The question to put now. A draw that is due comes after each: those that wait delay it by one at most."""
        while self._questions and not self._questions[0].open:
            self._questions.popleft()
        if not self._questions or (draw_due and self._asked_last):
            self._asked_last = False
            return None
        self._asked_last = True
        return self._questions.popleft()

    def put(self, question: Question) -> None:
        """Have the probe answer; without the lock."""
        probe = self._probe
        if probe is None:
            question.answer(ProbeError("none", NO_PROBE))
            return
        try:
            value = probe(question.request)
            if not inspect.iscoroutine(value):
                question.answer(answer_of(value))
                return
        except BaseException as error:  # SystemExit too, as for draws
            question.answer(self._failed(error))
            return
        question.follow(run_here(value), self._finish)

    async def _finish(self, coroutine: Coroutine[Any, Any, object]) -> Outcome:
        try:
            return answer_of(await coroutine)
        except (Exception, SystemExit) as error:
            # asyncio would let the latter end the event loop, and the server with it.
            return self._failed(error)

    def _failed(self, error: BaseException) -> ProbeError:
        self._failures += 1
        name = getattr(self._probe, "__qualname__", repr(self._probe))
        if self._failures == 1:
            logger.error("The probe %s failed.", name, exc_info=error)
        else:
            # Not always for the same reason.
            logger.error("The probe %s failed again (%d times): %r", name, self._failures, error)
        return error if isinstance(error, ProbeError) else ProbeError("failed", PROBE_FAILED)
