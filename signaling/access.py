"""Who may use the server: the token, and the Host and Origin of each request. Pure.

A browser sends its user's cookies and reaches its user's loopback for any page on the internet. So
the token alone does not do: Origin tells which page asks, and Host whether the page's own name was
bent to this address (DNS rebinding).
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .refusal import Refusal

__all__ = ["ROLES", "Access", "Grant", "Role", "cookie_name"]

Role: TypeAlias = Literal["viewer", "operator", "admin"]
"""What somebody may do, each more than the one before: watch, steer, decide about others."""

ROLES: tuple[Role, ...] = ("viewer", "operator", "admin")

_DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 3986's unreserved characters: they stand in a URL, in a cookie and in a header as they are.
_TOKEN = re.compile(r"[A-Za-z0-9._~-]+")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_ORIGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#@\s]+)")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a request may do.

    role: "viewer" watches, "operator" steers too, "admin" decides about others too.
    user: who asks, where the host knows: a name, or whatever else says who it is; None (default) with
        a token or open access, which everybody may share. The program gets it as `peer.user`.
    origin: that of the page which asks, None where the request names none; it is filled in.

    Raises:
        ValueError: for a role that does not exist.
    """

    role: Role
    user: object = None
    origin: str | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"role must be one of {', '.join(ROLES)}, got {self.role!r:.80}.")

    @property
    def who(self) -> object:
        """What is equal for two requests of one user.

        Users that a host makes anew for each request, without saying how they compare, are told apart
        by their class alone.
        """
        kind = type(self.user)
        return kind if kind.__eq__ is object.__eq__ else self.user


class Access:
    """Decides who may ask.

    token: what opens the server: letters, digits and `-._~`. Needed unless `open_access`.
    open_access: nobody needs the token. Host and Origin are checked all the same.
    allowed_origins: pages of other origins that may use the server, such as
        `https://lab.example:8443`; `null` is all that have none of their own, as in a sandboxed
        frame.
    allowed_hosts: names under which the server is reached, without port, beside `localhost`, every
        IP address and `own_names`.
    own_names: the machine's own names.
    any_host: the server is reached under whatever name; whoever mounts it elsewhere sees to that.

    Raises:
        ValueError: for a setting that is not taken.
    """

    def __init__(
        self,
        token: str | None,
        *,
        open_access: bool = False,
        allowed_origins: Iterable[str] = (),
        allowed_hosts: Iterable[str] = (),
        own_names: Iterable[str] = (),
        any_host: bool = False,
    ) -> None:
        if token is None and not open_access:
            raise ValueError("There is no token; give one, or open_access=True to do without.")
        if token is not None and not _TOKEN.fullmatch(token):
            # The token itself stays out of the message, which may end in a log.
            raise ValueError(
                "A token must be letters, digits and -._~ only, at least one; it stands in a URL."
            )
        self._token = token
        self._open_access = open_access
        self._any_host = any_host
        self._origins = frozenset(_listed_origin(origin) for origin in allowed_origins)
        own = (name.lower().removesuffix(".") for name in own_names)
        self._hosts = frozenset({"localhost", *own, *map(_listed_host, allowed_hosts)})

    def __repr__(self) -> str:
        return f"<Access {'open' if self._open_access else 'by token'}>"

    @property
    def open_access(self) -> bool:
        """Whether no token is needed."""
        return self._open_access

    def grant(self, *, host: str | None, origin: str | None, tokens: Iterable[str | None]) -> Grant:
        """What a request may do.

        host, origin: its Host and Origin fields, None where it has none.
        tokens: those that it brought, in a cookie, as Bearer or in the page's URL; one that is
            right does.

        Raises:
            Refusal: 403 for its host or origin, 401 without the token.
        """
        self.check_site(host=host, origin=origin)
        right = [self._is_right(token) for token in tokens]
        if not self._open_access and True not in right:
            raise Refusal(
                401, "The token is missing or wrong; open the link that the program printed."
            )
        return Grant("operator", origin=origin)

    def check_site(self, *, host: str | None, origin: str | None) -> None:
        """Check host and origin alone, for a CORS preflight, which carries no token.

        Raises:
            Refusal: 403.
        """
        if host is None or not (self._any_host or self._is_our_host(host)):
            raise Refusal(
                403,
                f"The host {_shown(host)} is not allowed; --allow-host (allow_hosts=) lists more.",
            )
        if origin is not None and origin not in self._origins and not _is_same(origin, host):
            # Public, or the page could not tell it from a server that is down.
            raise Refusal(
                403,
                f"The origin {_shown(origin)} is not allowed; --allow-origin (allow_origins=) lists more.",
                public=True,
            )

    def shares_with(self, origin: str | None) -> bool:
        """Whether pages of that origin, which is not the server's own, may read answers (CORS)."""
        return origin in self._origins

    def _is_right(self, token: str | None) -> bool:
        if token is None or self._token is None:
            return False
        return hmac.compare_digest(token.encode(errors="replace"), self._token.encode())

    def _is_our_host(self, field: str) -> bool:
        match = _AUTHORITY.fullmatch(field)
        if match is None:
            return False
        name = match["host"].lower().removesuffix(".")
        return name in self._hosts or _is_ip_address(name)


def cookie_name(port: int) -> str:
    """The cookie that carries the token of the server at `port`.

    Each server has its own, because browsers send cookies to every port of a host.
    """
    return f"rtc_canvas_{port}"


def _listed_origin(origin: str) -> str:
    if origin.strip().lower() == "null":
        return "null"
    match = _ORIGIN.fullmatch(origin.strip().lower())
    authority = match and _AUTHORITY.fullmatch(match["authority"])
    if not match or not authority:
        raise ValueError(
            "An allowed origin is a scheme, a host and perhaps a port, like "
            f"https://example.org:8443, got {origin!r}."
        )
    port = authority["port"]
    if port is None or int(port) == _DEFAULT_PORTS.get(match["scheme"]):
        # Browsers leave a scheme's own port out (HTML, "serialization of an origin").
        return f"{match['scheme']}://{authority['host']}"
    return f"{match['scheme']}://{authority['host']}:{int(port)}"


def _listed_host(host: str) -> str:
    name = host.strip().lower().removesuffix(".")
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"An allowed host is a name without port, like lab.example.org, got {host!r}."
        )
    return name


def _is_ip_address(name: str) -> bool:
    # No DNS takes part in an address, so it cannot be rebound.
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _is_same(origin: str, host: str) -> bool:
    """Whether an http or https origin is where the request was sent.

    Either scheme will do, for a proxy may have ended TLS on the way.
    """
    match = _ORIGIN.fullmatch(origin)
    if match is None or match["scheme"] not in _DEFAULT_PORTS:
        return False
    default = _DEFAULT_PORTS[match["scheme"]]
    return _host_and_port(match["authority"], default) == _host_and_port(host, default)


def _host_and_port(authority: str, default: int) -> tuple[str, int] | None:
    match = _AUTHORITY.fullmatch(authority)
    return match and (match["host"].lower(), int(match["port"] or default))


def _shown(field: str | None) -> str:
    return "(none)" if field is None else repr(field[:80])
