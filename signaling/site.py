"""What is served, from request to response, whatever server carries them: pages, files, WHEP and WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from . import websocket, whep
from .access import Access, Grant
from .assets import Asset, Assets
from .authority import Reached, ip_authority
from .authorization import Authorization
from .discovery import config_document
from .encoding import accepts_gzip
from .etag import matches, quoted
from .forwarded import Asked, TrustedProxies
from .refusal import Refusal
from .request import Request
from .resources import Resource, Resources
from .response import Response
from .routes import Kind, Route, route

__all__ = ["Host", "ReadBody", "Site", "refused", "to_slash"]

_log = logging.getLogger(__name__)

ReadBody = Callable[[int], Awaitable[bytes]]
"""Reads a request's body, but not much more than so many bytes of it. Raises ConnectionError where it broke off."""

# Seconds for a body of a few kilobytes: who sends a byte now and then holds nothing longer than that.
PATIENCE = 10.0

_EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

# The client's modules hold no secret, and pages of every origin may embed them.
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

# RFC 8246: not even a reload asks again.
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}

_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Allow-Methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST",
    "Access-Control-Max-Age": "600",
}

_HAS_PREFLIGHT = {Kind.CONFIG, Kind.SNAPSHOT}


class Host(whep.Host, websocket.Host, Protocol):
    """What is served."""


class Site:
    """Serves `host`: the page, its modules, `api/config`, snapshots, WHEP and WebSockets.

    All its URLs are relative, so that it works under every prefix.

    access: the token, or none, and which hosts and origins are taken.
    authorization: who may do what, in place of the token.
    static: the folder of the page, with `index.html` and `denied.html`.
    resources: the program's own files, which need access as the page does; one named `index.html` is the page.
    cookie: name of the cookie that carries the token (`access.cookie_name`).
    proxies: whose X-Forwarded fields are believed; default nobody's.

    Raises:
        FileNotFoundError: when one of the two pages is missing.
    """

    def __init__(
        self,
        host: Host,
        access: Access,
        *,
        static: Path,
        cookie: str,
        proxies: TrustedProxies | None = None,
        authorization: Authorization | None = None,
        resources: Mapping[str, Resource] | None = None,
    ) -> None:
        self._host = host
        self._access = access
        self._authorization = authorization
        self._assets = Assets(static, needed=("index.html", "denied.html"))
        self._resources = Resources({} if resources is None else resources)
        self._cookie = cookie
        self._proxies = proxies or TrustedProxies()

    # HTTP.

    async def respond(self, request: Request, read: ReadBody) -> Response:
        """Answer a request. Never raises: what goes wrong is logged, without query and session, and answered."""
        try:
            response = await self._respond(request, read)
        except Refusal as refusal:
            response = refused(refusal)
        except Exception:
            _log.exception("%s %s failed.", request.method, _loggable(request.path))
            response = refused(Refusal(500, "The server failed; the program's log says why."))
        return self.finished(request, response)

    def finished(self, request: Request, response: Response) -> Response:
        """The response with the fields that all have."""
        headers = {**response.headers, **_EVERYWHERE}
        origin = _origin(request)
        is_open = headers.get("Access-Control-Allow-Origin") == "*"
        if origin is not None and self._access.shares_with(origin) and not is_open:
            headers |= _shared_with(origin)
            headers["Vary"] = f"{headers['Vary']}, Origin" if "Vary" in headers else "Origin"
        return replace(response, headers=headers)

    async def _respond(self, request: Request, read: ReadBody) -> Response:
        found = route(request.path)
        if found is None or not self._is_there(found):
            raise Refusal(404, "There is nothing at this address.")
        request = replace(request, canvas=found.canvas, token=_bearer(request))
        if found.kind in (Kind.ENDPOINT, Kind.SESSION):
            return await self._whep(request, found, read)
        if request.method == "OPTIONS" and found.kind in _HAS_PREFLIGHT:
            return self._preflight(request)
        if request.method not in ("GET", "HEAD"):
            more = ", OPTIONS" if found.kind in _HAS_PREFLIGHT else ""
            return _not_allowed(f"GET, HEAD{more}")
        match found.kind:
            case Kind.PAGE:
                return await self._page(request)
            case Kind.PAGE_WITHOUT_SLASH:
                return to_slash(request)
            case Kind.STATIC:
                return self._static(request, found)
            case Kind.RESOURCE:
                return await self._resource(request, found.name or "")
            case Kind.CONFIG:
                return await self._config(request)
            case Kind.SNAPSHOT:
                return await self._snapshot(request)
        self._check_site(request)
        raise Refusal(
            426, "Only a WebSocket is served here; a proxy on the way must pass Upgrade on."
        )

    async def _page(self, request: Request) -> Response:
        token = request.query.get("token")
        try:
            if token is not None and self._authorization is None:
                return await self._enter(request, token)
            await self._grant(request)
        except Refusal as refusal:
            if refusal.status != 401 or self._authorization is not None:
                raise
            return self._denied()
        self._named_canvas(request)
        own = await self._resources.get("index.html")
        page = own or _existing(self._assets.get("index.html"))
        return _file(request, self._assets.versioned(page))

    def _static(self, request: Request, found: Route) -> Response:
        asset = _existing(self._assets.get(found.name or ""))
        # A page that is older than the files gets them as they are now, but must not keep them.
        is_newest = self._assets.is_of(found.version, asset)
        return _file(request, asset, _OPEN | (_FOR_EVER if is_newest else {}))

    def _is_there(self, found: Route) -> bool:
        return found.kind is not Kind.RESOURCE or found.name in self._resources

    async def _resource(self, request: Request, name: str) -> Response:
        await self._grant(request)
        self._named_canvas(request)
        # The program may have taken it away meanwhile.
        asset = _existing(await self._resources.get(name))
        return _file(request, asset, {"Cross-Origin-Resource-Policy": "same-origin"})

    async def _config(self, request: Request) -> Response:
        grant = await self._grant(request)
        canvas = self._named_canvas(request)
        document = config_document(await self._host.config(canvas, grant=grant), canvas)
        headers = {"Cache-Control": "no-store", "Content-Type": "application/json; charset=utf-8"}
        return Response(200, headers, json.dumps(document).encode())

    async def _snapshot(self, request: Request) -> Response:
        grant = await self._grant(request)
        canvas = self._named_canvas(request)
        assert canvas is not None, "it stands in the path"
        headers = {
            "Content-Type": "image/png",
            "Cache-Control": "no-store",
            # Pages of allowed origins ask with CORS, which this does not touch.
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return Response(200, headers, await self._host.snapshot(canvas, grant=grant))

    def _preflight(self, request: Request) -> Response:
        self._check_site(request)
        return Response(204, _PREFLIGHT)

    async def _whep(self, request: Request, found: Route, read: ReadBody) -> Response:
        if request.method == "OPTIONS":
            response = self._preflight(request)
            if found.kind is Kind.SESSION:
                return response
            headers = {**response.headers, "Accept-Post": whep.SDP}
            if "Access-Control-Request-Method" in request.headers:
                # A browser's preflight carries no credentials and wants none: nobody is asked about it, who would find
                # no token in it, and it is told no ICE servers (RFC 9725 clause 4.6).
                return replace(response, headers=headers)
            with contextlib.suppress(Refusal):
                headers |= await whep.ice_server_links(await self._grant(request), self._host)
            return replace(response, headers=headers)
        assert found.canvas is not None, "it stands in the path"
        response = _of_whep(
            await whep.respond(
                whep.Request(
                    method=request.method,
                    canvas=found.canvas,
                    grant=await self._grant(request),
                    session=found.name,
                    query=request.query,
                    headers=request.headers,
                    body=await _limited_body(read),
                    content_length=_content_length(request),
                    reached=self._reached(request),
                ),
                self._host,
            )
        )
        if response.status == 201 and _accepts_gzip(request):
            # The browser can do nothing before the last packet of an answer; so it is one.
            headers = {**response.headers, "Content-Encoding": "gzip"}
            response = Response(201, headers, gzip.compress(response.body, mtime=0))
        return response

    # WebSockets.

    def wants_websocket(self, request: Request) -> bool:
        """Whether a GET is one that WebSockets begin with."""
        found = route(request.path)
        is_there = found is not None and found.kind is Kind.WEBSOCKET
        return is_there and request.headers.get("Upgrade", "").lower() == "websocket"

    def check_websocket(self, request: Request) -> str:
        """The canvas that a request for a WebSocket is about, be it there or not.

        Who asks is known with its first message only, and strangers cannot try names out here.

        Raises:
            Refusal: when none is to be opened.
        """
        found = route(request.path)
        if found is None or found.kind is not Kind.WEBSOCKET or found.canvas is None:
            raise Refusal(404, "There is no WebSocket at this address.")
        self._check_site(request)
        return found.canvas

    async def talk(self, request: Request, canvas: str, socket: websocket.Socket) -> None:
        """Serve a WebSocket that was opened for a canvas, until it ends."""
        named = replace(request, canvas=canvas)

        async def grant(token: str | None) -> Grant:
            shown = replace(named, token=token or _bearer(named))
            return await self._grant(shown, *self._tokens(named), token)

        await websocket.talk(socket, canvas, self._host, grant)

    # Who asks, and how.

    async def _grant(self, request: Request, *tokens: str | None) -> Grant:
        """What the request may do, by the tokens given or else by those in its fields.

        Raises:
            Refusal: when it may do nothing.
        """
        if self._authorization is None:
            return self._access.grant(
                host=self._asked(request).host,
                origin=_origin(request),
                tokens=tokens or self._tokens(request),
            )
        self._check_site(request)
        grant = await self._authorization.grant(request)
        return replace(grant, origin=_origin(request))

    def _check_site(self, request: Request) -> None:
        self._access.check_site(host=self._asked(request).host, origin=_origin(request))

    def _asked(self, request: Request) -> Asked:
        return self._proxies.asked(
            request.headers.listed, remote=request.client, encrypted=request.encrypted
        )

    def _reached(self, request: Request) -> Reached:
        asked = self._asked(request)
        return Reached(ip_authority(asked.host, encrypted=asked.encrypted), request.local)

    def _tokens(self, request: Request) -> tuple[str | None, ...]:
        """Those that the request brought in its fields."""
        return *request.cookies_named(self._cookie), _bearer(request)

    async def _enter(self, request: Request, token: str) -> Response:
        """Move a right token out of the address bar, where it would get shared, into a cookie."""
        await self._grant(request, token)
        rest = [(name, value) for name, value in request.parameters if name != "token"]
        query = f"?{urlencode(rest)}" if rest else ""
        headers = {"Location": f"./{query}", "Cache-Control": "no-store"}
        if not self._access.open_access:
            asked = self._asked(request)
            secure = "; Secure" if asked.encrypted else ""
            headers["Set-Cookie"] = (
                f"{self._cookie}={token}; HttpOnly; Path={asked.prefix}{request.prefix}/; SameSite=Lax{secure}"
            )
        return Response(303, headers)

    def _denied(self) -> Response:
        page = _existing(self._assets.get("denied.html"))
        headers = {
            "Content-Type": page.content_type,
            "Cache-Control": "no-store",
            "WWW-Authenticate": "Bearer",
        }
        return Response(401, headers, page.body)

    def _named_canvas(self, request: Request) -> str | None:
        """The canvas in the path, None where it names none."""
        if request.canvas is not None and not self._host.has_canvas(request.canvas):
            raise whep.no_canvas(request.canvas)
        return request.canvas


def to_slash(request: Request) -> Response:
    """To the same address with a slash at its end, which makes relative URLs right."""
    last = f"{request.prefix}{request.path}".rpartition("/")[2]
    query = f"?{request.query_string}" if request.query_string else ""
    return Response(307, {"Location": f"{last}/{query}"})


def refused(refusal: Refusal) -> Response:
    """The response that says no."""
    return _of_whep(whep.refused(refusal))


def _loggable(path: str) -> str:
    """A path without the name of a session: who knows that may come back as its peer."""
    found = route(path)
    if found is None or found.kind is not Kind.SESSION or found.name is None:
        return path
    return f"{path.removesuffix(found.name)}…"


def _shared_with(origin: str) -> dict[str, str]:
    """The CORS fields that let pages of `origin` read a response, and send cookies for it."""
    return {
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "ETag, Link, Location",
    }


def _of_whep(response: whep.Response) -> Response:
    return Response(response.status, response.headers, response.body.encode())


def _not_allowed(methods: str) -> Response:
    response = refused(Refusal(405, f"The methods here are {methods}."))
    return replace(response, headers={**response.headers, "Allow": methods})


def _existing(asset: Asset | None) -> Asset:
    if asset is None:
        raise Refusal(404, "There is no such file.")
    return asset


def _file(request: Request, asset: Asset, headers: Mapping[str, str] | None = None) -> Response:
    body, etag = asset.body, asset.etag
    fields = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", **(headers or {})}
    content = {"Content-Type": asset.content_type}
    if asset.gzipped and _accepts_gzip(request):
        # Other bytes have another strong tag (RFC 9110 clause 8.8.3.3).
        body, etag = asset.gzipped, f"{asset.etag}-gzip"
        content["Content-Encoding"] = "gzip"
    fields["ETag"] = quoted(etag)
    if matches(request.headers.get("If-None-Match", ""), etag):
        return Response(304, fields)
    return Response(200, fields | content, body)


def _accepts_gzip(request: Request) -> bool:
    return accepts_gzip(request.headers.get("Accept-Encoding", ""))


async def _limited_body(read: ReadBody) -> bytes:
    """What whep.Request takes: one byte too many at most, whatever Content-Length says."""
    try:
        async with asyncio.timeout(PATIENCE):
            return (await read(whep.MAX_BODY + 1))[: whep.MAX_BODY + 1]
    except TimeoutError:
        raise Refusal(408, f"The body did not come within {PATIENCE:g} s; send it again.") from None
    except ConnectionError:
        raise Refusal(400, "The body ended before its time.") from None


def _content_length(request: Request) -> int | None:
    field = request.headers.get("Content-Length", "")
    return int(field) if field.isascii() and field.isdigit() and len(field) < 20 else None


def _origin(request: Request) -> str | None:
    return request.headers.get("Origin")


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
