"""Looks at a server as a browser would: its page, a WebSocket, its candidates, its ICE servers."""

from __future__ import annotations

import asyncio
import base64
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from aiohttp import (
    ClientConnectorCertificateError,
    ClientError,
    ClientSession,
    ClientTimeout,
    TCPConnector,
)
from yarl import URL

from ..version import __version__
from . import judgements as judge
from .candidates import parse_candidates
from .findings import Finding, note, ok, problem
from .ice_probe import PATIENCE, Agents, Credentials, try_candidate, try_ice_server

OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=recvonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
"""
"""A browser's that wants to see. No media are taken: the checks tell all that there is to know."""


async def examine_site(
    url: str, *, patience: float = PATIENCE, insecure: bool = False
) -> AsyncIterator[Finding]:
    """Look at a server, and say what is found as it is found.

    url: the link that the program printed, or its address without a token.
    insecure: whether a token goes to a server whose certificate does not hold, on another machine.
    """
    parts = urlsplit(url if "//" in url else f"http://{url}")
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        reached = await _connect(host, port, patience)
    except OSError as error:
        yield judge.judge_no_connection(error, host, port)
        return
    token = parse_qs(parts.query).get("token", [None])[0]
    base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"
    timeout = ClientTimeout(total=3 * patience)
    fault = await _certificate(base, timeout) if parts.scheme == "https" else None
    if fault is not None:
        yield judge.judge_certificate(fault)
        if token is not None and not insecure and not _is_loopback(reached):
            yield judge.judge_withheld_token()
            return
    # A certificate that does not hold is told once; the rest can be seen all the same.
    async with ClientSession(
        headers={"Authorization": f"Bearer {token}"} if token else {},
        connector=TCPConnector(ssl=fault is None),
        timeout=timeout,
    ) as http:
        try:
            config, finding = await _config(http, base, has_token=token is not None)
        except (ClientError, TimeoutError) as error:
            yield problem(f"{base} does not speak HTTP as it should: {error}.", "Check the port.")
            return
        yield finding
        if config is None:
            return
        if parts.scheme == "http" and not _is_loopback(reached):
            yield note(
                "By http from another machine browsers decode no video themselves: over a WebSocket they get JPEG.",
                "Serve by https: --self-signed on a LAN, --cert and --key, or behind a proxy.",
            )
        yield await _websocket(http, config["websocket"])
        try:
            async for found in _media(http, config["whep"], reached, patience):
                yield found
        except (ClientError, TimeoutError) as error:
            yield problem(f"The server takes no offer: {error}.", "See what its log says.")
        for found in await _ice_servers(config["iceServers"], patience):
            yield found


async def _connect(host: str, port: int, patience: float) -> str:
    """The address behind the name, which takes a TCP connection."""
    async with asyncio.timeout(patience):
        _, writer = await asyncio.open_connection(host, port)
    address = str(writer.get_extra_info("peername")[0])
    writer.transport.abort()
    return address


def _origin(url: str) -> URL:
    """Scheme, host and port in one form, however they are written."""
    return URL(url).origin()


def _is_loopback(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback


async def _certificate(base: str, timeout: ClientTimeout) -> str | None:
    """What browsers have against the server's certificate; None where nothing."""
    async with ClientSession(timeout=timeout) as http:
        try:
            async with http.head(base, allow_redirects=False):
                return None
        except ClientConnectorCertificateError as error:
            return getattr(error.certificate_error, "verify_message", str(error))
        except ssl.SSLError as error:
            return str(error)
        except (ClientError, TimeoutError):
            return None


async def _config(
    http: ClientSession, base: str, *, has_token: bool, of_canvas: bool = False
) -> tuple[dict[str, Any] | None, Finding]:
    """What the server tells of itself, with absolute URLs and of a canvas; None where it does not.

    of_canvas: whether `base` is the page of a canvas, by what the server said.
    """
    async with http.get(urljoin(base, "api/config")) as response:
        if response.status != 200:
            plain = response.content_type == "text/plain"
            line = (await response.text()).partition("\n")[0] if plain else ""
            return None, judge.judge_refusal(response.status, line, has_token=has_token)
        found = str(response.url)
        try:
            config = await response.json(content_type=None)
            version = config["version"]
            config["iceServers"] = [
                {**server, "urls": list(server["urls"])} for server in config["iceServers"]
            ]
            if "whep" not in config and not of_canvas:
                if config["canvases"] == []:
                    return None, judge.judge_no_canvas()
                page = urljoin(found, config["canvases"][0]["url"])
                if _origin(page) != _origin(base):
                    return None, judge.judge_elsewhere(page)
                return await _config(http, page, has_token=has_token, of_canvas=True)
            for name in ("whep", "websocket"):
                config[name] = urljoin(found, config[name])
                if _origin(config[name]) != _origin(base):
                    return None, judge.judge_elsewhere(config[name])
        except (ValueError, LookupError, TypeError):
            return None, judge.judge_refusal(200, "", has_token=has_token)
    text = f"The server answers (rtc_canvas {version})."
    if version != __version__:
        return config, note(f"{text} This is the doctor of {__version__}.")
    return config, ok(text)


async def _websocket(http: ClientSession, url: str) -> Finding:
    """Ask for one by hand: a library would not tell with what status it was refused."""
    fields = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
    }
    try:
        async with http.get(url, headers=fields, allow_redirects=False) as response:
            status = response.status
            response.close()
    except (ClientError, TimeoutError) as error:
        return judge.judge_websocket(None, str(error))
    return judge.judge_websocket(status)


async def _media(
    http: ClientSession, whep: str, reached: str, patience: float
) -> AsyncIterator[Finding]:
    """Be a viewer for a moment, as far as ICE goes."""
    own, password = secrets.token_hex(4), secrets.token_hex(16)
    fingerprint = ":".join(f"{byte:02X}" for byte in secrets.token_bytes(32))
    offer = OFFER.format(ufrag=own, password=password, fingerprint=fingerprint)
    fields = {"Content-Type": "application/sdp"}
    async with http.post(whep, data=offer.replace("\n", "\r\n"), headers=fields) as response:
        answer = await response.text()
        if response.status != 201:
            yield judge.judge_refusal(response.status, answer.partition("\n")[0], has_token=True)
            return
        location = response.headers.get("Location")
    session = None if location is None else urljoin(whep, location)
    if session is None:
        yield judge.judge_no_location()
    elif _origin(session) != _origin(whep):
        yield judge.judge_elsewhere(session)
        session = None
    try:
        described = _attributes(answer)
        agents = Agents(own, described.get("ice-ufrag", ""), described.get("ice-pwd", ""))
        candidates = parse_candidates(answer)
        outcomes = await asyncio.gather(
            *(try_candidate(each, agents, patience=patience) for each in candidates)
        )
        for finding in judge.judge_media(list(zip(candidates, outcomes, strict=True)), reached):
            yield finding
    finally:
        if session is not None:
            async with http.delete(session):
                pass


def _attributes(answer: str) -> Mapping[str, str]:
    lines = (line.removeprefix("a=").partition(":") for line in answer.splitlines())
    return {name: value for name, _, value in lines}


async def _ice_servers(servers: list[dict[str, Any]], patience: float) -> list[Finding]:
    """What becomes of the ICE servers that pages are told."""
    asked = [(url, each) for each in servers for url in each["urls"]]

    async def examine(url: str, server: dict[str, Any]) -> Finding:
        username = server.get("username", "")
        credentials = Credentials(username, server.get("credential", ""))
        outcome = await try_ice_server(url, credentials, patience=patience)
        return judge.judge_ice_server(url, outcome, username=username, now=time.time())

    return await asyncio.gather(*(examine(url, server) for url, server in asked))
