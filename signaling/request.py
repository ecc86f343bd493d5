"""A request, told in plain values, whatever server took it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

__all__ = ["Fields", "NotInRequest", "Request"]


class NotInRequest(LookupError):
    """What a request was asked for and the host put into none: its session, or its user."""


class Fields(Mapping[str, str]):
    """The header fields, by name in whatever case.

    listed: name, in lower case, and value of each, in their order. Several of one name count as one list
        (RFC 9110 clause 5.3), but those of cookies, which HTTP/2 may split too (RFC 9113 clause 8.2.3).
    """

    def __init__(self, listed: Iterable[tuple[str, str]] = ()) -> None:
        self.listed = tuple((name.lower(), value) for name, value in listed)

    def __getitem__(self, name: str) -> str:
        wanted = name.lower()
        values = [value for each, value in self.listed if each == wanted]
        if not values:
            raise KeyError(name)
        return ("; " if wanted == "cookie" else ", ").join(values)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self.listed))

    def __len__(self) -> int:
        return len({name for name, _ in self.listed})

    def __repr__(self) -> str:
        # Their values are nobody's business: a token may stand among them.
        return f"<Fields {', '.join(self)}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request for something of a canvas's, as its host passed it on. It cannot be changed.

    method: such as "GET"; that of a WebSocket is "GET" too.
    path: below the place where the canvas is mounted, decoded, such as "/whep/main".
    prefix: that place, as it stands in the URL, such as "/view"; empty at the root.
    query_string: what follows the question mark, as it stands in the URL.
    headers: the fields, by name in whatever case.
    client: the address at the other end, as the host tells it; None where it tells none.
    local, port: the IP address and the port of this machine at which it arrived; None where the host does not tell.
    encrypted: whether it came by https.
    canvas: the name of the canvas that it is about; None for the page that lists them, and its configuration.
    token: what the page was given as its token: Bearer in the Authorization field, or in a WebSocket's first message.
    native: the host's own request: ASGI's scope, or aiohttp's Request.
    given: what the host's middleware put beside it, such as "session" and "user".
    """

    method: str
    path: str
    prefix: str = ""
    query_string: str = ""
    headers: Fields = field(default_factory=Fields)
    client: str | None = None
    local: str | None = None
    port: int | None = None
    encrypted: bool = False
    canvas: str | None = None
    token: str | None = None
    native: Any = field(default=None, repr=False, compare=False)
    given: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the URL; of several with one name the first."""
        return MappingProxyType(dict(reversed(self.parameters)))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the URL, in their order."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies, by name; of several with one name the last."""
        return MappingProxyType(dict(self._listed_cookies()))

    def cookies_named(self, name: str) -> tuple[str, ...]:
        """The values of all cookies of that name: a browser has one for each path and domain that set it."""
        return tuple(value for each, value in self._listed_cookies() if each == name)

    def _listed_cookies(self) -> Iterator[tuple[str, str]]:
        for part in self.headers.get("cookie", "").split(";"):
            name, sign, value = part.partition("=")
            if sign:
                yield name.strip(), value.strip().strip('"')

    @property
    def session(self) -> Mapping[str, Any]:
        """The host's session of whoever asks. It can be read only: nothing written here would be kept.

        Raises:
            NotInRequest: when the host has none.
        """
        session = self.given.get("session")
        if not isinstance(session, Mapping):
            raise NotInRequest(
                "The request has no session: the host needs a session middleware (such as Starlette's "
                "SessionMiddleware) around the app in which the canvas is mounted."
            )
        return MappingProxyType(dict(session))

    @property
    def user(self) -> Any:
        """Who asks, as the host's authentication says.

        Raises:
            NotInRequest: when the host has none.
        """
        if "user" not in self.given:
            raise NotInRequest(
                "The request has no user: the host needs a middleware that puts one there (such as Starlette's "
                "AuthenticationMiddleware) around the app in which the canvas is mounted."
            )
        return self.given["user"]

    @property
    def is_known(self) -> bool:
        """Whether the request tells who asks: by something in the session, a user who is logged in, or a token."""
        user = self.given.get("user")
        is_user = user is not None and getattr(user, "is_authenticated", True)
        return bool(self.given.get("session") or is_user or self.token)
