"""The one way to say no."""

from __future__ import annotations

__all__ = ["Refusal"]


class Refusal(Exception):
    """A request that is answered with an error.

    status: the HTTP status, 4xx or 5xx.
    reason: one line for the person who reads it: what was got, what is taken, what to do.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}"
