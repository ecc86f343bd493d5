"""The one way to say no."""

from __future__ import annotations

__all__ = ["Refusal"]


class Refusal(Exception):
    """A request that is answered with an error.

    status: the HTTP status, 4xx or 5xx.
    reason: one line for the person who reads it: what was got, what is taken, what to do.
    public: whether pages of every origin may read it; it must tell nothing but what they sent.
    """

    def __init__(self, status: int, reason: str, *, public: bool = False) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.public = public

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}"
