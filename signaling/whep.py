"""The WHEP resource (draft-ietf-wish-whep, after RFC 9725), from request to response, without I/O.

Who may ask has been decided before (see `access`); peers are made by a `Host`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .access import Grant
from .authority import Reached
from .discovery import Config, IceServer
from .etag import matches, quoted
from .refusal import Refusal
from .sdp import checked_offer
from .trickle import Fragment, TrickleCandidate, parse_fragment, restart_fragment

__all__ = [
    "MAX_BODY",
    "SDP",
    "Host",
    "Request",
    "Response",
    "Session",
    "no_canvas",
    "refused",
    "respond",
]

MAX_BODY = 64 * 1024
"""Bytes that an offer or a fragment may have."""

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
CODECS = ("h264", "vp8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, authorised.

    canvas, session: what the path names; session is None on the endpoint `whep/{canvas}`.
    body: at most `MAX_BODY + 1` bytes of it; one too many says that there are more.
    content_length: as the Content-Length field says; None without one.
    reached: where the browser reached the server.
    """

    method: str
    canvas: str
    grant: Grant
    session: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_length: int | None = None
    reached: Reached = field(default_factory=Reached)

    def header(self, name: str) -> str | None:
        """The field `name` in whatever case it came, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Response:
    """One response; `Content-Length` is left to whoever sends it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class Session(Protocol):
    """One peer, as its WHEP resource sees it."""

    @property
    def id(self) -> str:
        """Unguessable, of characters that stand in a URL as they are."""

    @property
    def etag(self) -> str:
        """The server's ICE user name fragment, without quotes."""

    @property
    def answer(self) -> str:
        """The SDP answer, with all candidates of the server."""

    @property
    def remote_ufrag(self) -> str:
        """The browser's ICE user name fragment (`sdp.ice_ufrag` of the offer)."""

    async def restart_ice(self, ufrag: str, password: str) -> tuple[str, str]:
        """Begin a new ICE session with the browser's new credentials; returns those of the server.

        Raises:
            Refusal: 404 when the session's connection has ended.
        """

    async def add_candidates(self, candidates: Sequence[TrickleCandidate]) -> None:
        """Take more candidates of the browser; those of unknown media sections are ignored."""

    async def close(self, reason: str) -> None:
        """End the peer."""


class Host(Protocol):
    """What makes peers; implemented outside of this package."""

    def has_canvas(self, name: str) -> bool: ...

    async def connect(
        self,
        canvas: str,
        offer: str,
        *,
        grant: Grant,
        codec: str | None,
        reached: Reached,
        session: str | None = None,
        use: bool = False,
    ) -> Session:
        """Make a peer of a checked offer.

        codec: `"h264"`, `"vp8"`, or None for the host's choice.
        session: the id of the newest session or WebSocket of a peer that the offer is for, which
            serves once; None for a new peer.
        use: whether the page begins anew with it, as it lost all other connections of that peer.
        reached: where the browser reached the server: media may come the same way.

        Raises:
            Refusal: 403 for the peer of another page, 404 for one that is not there, 406 without a
                codec in common, 409 for an id that has served, 422 for what cannot be served, 503
                when shutting down.
        """

    def session(self, canvas: str, session_id: str, *, grant: Grant) -> Session | None:
        """The canvas's session of that id while it lives.

        Raises:
            Refusal: 403 when it is another user's.
        """

    async def snapshot(self, canvas: str, *, grant: Grant) -> bytes:
        """The pixels of the canvas's newest picture, as a PNG. Where nobody watches, one is drawn first.

        Raises:
            Refusal: 503 before the first picture, and when shutting down.
        """

    async def ice_servers(self, grant: Grant) -> list[IceServer]:
        """STUN and TURN servers for the viewer's side, with credentials for whoever asks."""

    async def config(self, canvas: str | None, *, grant: Grant) -> Config:
        """What a page is told before it connects.

        canvas: the one that the page is of, and the only one that it is told of, for only that was granted; None for
            the server's own page, which lists all.
        """


async def respond(request: Request, host: Host) -> Response:
    """Answer one request. A refusal is an answer too: only what a host raises unasked gets out."""
    try:
        if not host.has_canvas(request.canvas):
            raise no_canvas(request.canvas)
        if request.session is None:
            return await _endpoint(request, host)
        session = host.session(request.canvas, request.session, grant=request.grant)
        if session is None:
            raise Refusal(404, "There is no such session; it may have ended.")
        return await _resource(request, session)
    except Refusal as refusal:
        return refused(refusal)


def no_canvas(name: str) -> Refusal:
    """The refusal of a canvas that the host has not."""
    return Refusal(404, f"There is no canvas named {name[:63]!r} here.")


def refused(refusal: Refusal) -> Response:
    """The response that says no, in one line of plain text."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if refusal.status == 401:
        # RFC 9110 clause 15.5.2: a 401 names the scheme.
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.public:
        headers["Access-Control-Allow-Origin"] = "*"
    return Response(refusal.status, headers, f"{refusal.reason}\n")


async def _endpoint(request: Request, host: Host) -> Response:
    match request.method:
        case "GET" | "HEAD":
            return Response(200, {"Content-Type": SDP})
        case "POST":
            return await _create(request, host)
        case _:
            return _not_allowed("GET, HEAD, OPTIONS, POST")


async def _resource(request: Request, session: Session) -> Response:
    match request.method:
        case "GET" | "HEAD":
            return Response(200, {"Content-Type": SDP, "ETag": quoted(session.etag)})
        case "PATCH":
            return await _patch(request, session)
        case "DELETE":
            await session.close("The viewer left.")
            return Response(200)
        case _:
            return _not_allowed("DELETE, GET, HEAD, OPTIONS, PATCH")


async def _create(request: Request, host: Host) -> Response:
    _check_body(request, SDP)
    codec = request.query.get("codec")
    if codec is not None and codec not in CODECS:
        raise Refusal(400, f"codec must be h264 or vp8, got {codec[:20]!r}.")
    offer = checked_offer(request.body)
    session = await host.connect(
        request.canvas,
        offer,
        grant=request.grant,
        codec=codec,
        session=request.query.get("session"),
        reached=request.reached,
        use=request.query.get("use") == "1",
    )
    headers = {
        **await ice_server_links(request.grant, host),
        "Content-Type": SDP,
        # Relative to the endpoint's own URL, so that it is right under every path prefix.
        "Location": f"{request.canvas}/{session.id}",
        "ETag": quoted(session.etag),
    }
    return Response(201, headers, session.answer)


async def ice_server_links(grant: Grant, host: Host) -> dict[str, str]:
    """The field that names ICE servers to players that know no `api/config` (RFC 9725 clause 4.6); none without any."""
    links = [
        _link(url, server) for server in await host.ice_servers(grant) for url in server["urls"]
    ]
    return {"Link": ", ".join(links)} if links else {}


def _link(url: str, server: IceServer) -> str:
    if "username" not in server:
        return f'<{url}>; rel="ice-server"'
    username, credential = _quoted(server["username"]), _quoted(server.get("credential", ""))
    return (
        f'<{url}>; rel="ice-server"; username={username}; credential={credential}; '
        'credential-type="password"'
    )


def _quoted(text: str) -> str:
    """A quoted-string (RFC 9110 clause 5.6.4), without what no field may hold."""
    plain = "".join(character for character in text if character.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def _patch(request: Request, session: Session) -> Response:
    _check_body(request, FRAGMENT)
    # RFC 9725 clause 4.3.1: 428 without the field, 412 when it names another ICE session.
    condition = request.header("If-Match")
    if condition is None:
        raise Refusal(428, "A PATCH needs If-Match with the ETag of the session.")
    if not matches(condition, session.etag):
        raise Refusal(412, "If-Match names another session than this one.")
    fragment = parse_fragment(request.body)
    response = Response(204)
    if fragment.ufrags - {session.remote_ufrag}:
        response = await _restart(condition, fragment, session)
    if fragment.candidates:
        await session.add_candidates(fragment.candidates)
    return response


async def _restart(condition: str, fragment: Fragment, session: Session) -> Response:
    """RFC 9725 clause 4.3.3: an ICE restart, which names no ICE session, as it may not know which there is."""
    if condition.strip() != "*":
        raise Refusal(422, 'An ICE restart needs If-Match: "*".')
    if len(fragment.ufrags) != 1 or len(fragment.passwords) != 1:
        raise Refusal(422, "An ICE restart has one a=ice-ufrag and one a=ice-pwd.")
    ours = await session.restart_ice(*fragment.ufrags, *fragment.passwords)
    headers = {"Content-Type": FRAGMENT, "ETag": quoted(session.etag)}
    return Response(200, headers, restart_fragment(session.answer, *ours))


def _check_body(request: Request, content_type: str) -> None:
    got = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    if got != content_type:
        raise Refusal(415, f"The Content-Type must be {content_type}, got {got[:60]!r}.")
    if request.content_length is None:
        raise Refusal(411, "The request has no Content-Length.")
    if max(request.content_length, len(request.body)) > MAX_BODY:
        raise Refusal(413, f"The body may have {MAX_BODY} bytes at most.")


def _not_allowed(methods: str) -> Response:
    refusal = refused(Refusal(405, f"The methods here are {methods}."))
    return Response(refusal.status, {**refusal.headers, "Allow": methods}, refusal.body)
