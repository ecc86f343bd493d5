"""What a page shows to come back as the peer that it was: tokens that serve once, and only who got them. Pure."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, Literal, NoReturn, TypeAlias, TypeVar

__all__ = ["RefusedToken", "ResumeTokens"]

P = TypeVar("P")

Why: TypeAlias = Literal["unknown", "used", "foreign"]

# The newest of one peer that are known: the used ones among them are still told from those that never were.
KNOWN = 16


class RefusedToken(Exception):
    """A token that is not taken. why: "unknown" (forged, or its peer has gone), "used", or "foreign"."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"The token is {why}.")
        self.why = why


@dataclass(slots=True)
class _Token(Generic[P]):
    peer: P
    owner: Hashable
    used: bool = False


class ResumeTokens(Generic[P]):
    """The tokens of all peers of kind `P`, one for each connection that a page makes.

    A token is used up once the connection that its page made with it is there: an answer that the page never got costs
    it nothing.

    refused: how many were not taken, by why.
    """

    def __init__(self) -> None:
        self._tokens: dict[str, _Token[P]] = {}
        self.refused: Counter[Why] = Counter()

    def issue(self, peer: P, owner: Hashable) -> str:
        """A new token for a peer. owner: who alone may show it: the page's access and origin."""
        token = secrets.token_urlsafe(16)
        self._tokens[token] = _Token(peer, owner)
        of_peer = [name for name, known in self._tokens.items() if known.peer is peer]
        for name in of_peer[:-KNOWN]:
            del self._tokens[name]
        return token

    def present(self, token: str, owner: Hashable) -> P:
        """The peer of a token.

        Raises:
            RefusedToken: it is counted.
        """
        known = self._tokens.get(token)
        if known is None:
            self._refuse("unknown")
        if known.owner != owner:
            self._refuse("foreign")
        if known.used:
            self._refuse("used")
        return known.peer

    def use_up_before(self, token: str) -> None:
        """The connection with which a token was given is there: all that its peer got before serve no more."""
        new = self._tokens.get(token)
        if new is None:
            return
        for other in self._tokens.values():
            if other is new:
                break
            if other.peer is new.peer:
                other.used = True

    def forget(self, peer: P) -> None:
        """A peer has gone for good."""
        self._tokens = {
            token: known for token, known in self._tokens.items() if known.peer is not peer
        }

    def _refuse(self, why: Why) -> NoReturn:
        self.refused[why] += 1
        raise RefusedToken(why)
