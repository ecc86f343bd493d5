"""The routes over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from signaling.access import Access, Grant
from signaling.app import create_app
from signaling.authority import Reached
from signaling.authorization import Authorization
from signaling.discovery import Config, IceServer
from signaling.forwarded import TrustedProxies
from signaling.refusal import Refusal
from signaling.request import Request
from signaling.site import Site
from signaling.trickle import TrickleCandidate
from signaling.websocket import MAX_MESSAGE, Opening, Socket

TOKEN = "the-token"
COOKIE = "rtc_canvas_8080"
FOREIGN = "https://lab.example:8443"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SDP = {"Content-Type": "application/sdp"}

OFFER = (Path(__file__).parent / "offers" / "firefox.sdp").read_bytes()

Client = TestClient[web.Request, web.Application]
Start = Callable[..., Awaitable[Client]]


class Peer:
    id = "id-1"
    etag = "ours"
    answer = "v=0\r\n"
    remote_ufrag = "f56e1144"

    def __init__(self) -> None:
        self.closed = False

    async def restart_ice(self, ufrag: str, password: str) -> tuple[str, str]:
        raise Refusal(404, "That connection has ended.")

    async def add_candidates(self, candidates: Sequence[TrickleCandidate]) -> None: ...

    async def close(self, reason: str) -> None:
        self.closed = True


class Echo:
    """A receiver that sends back what it receives."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self._tasks: list[asyncio.Task[None]] = []
        self.left: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def receive(self, message: str | bytes) -> None:
        self._tasks.append(asyncio.create_task(self.socket.send(message)))

    def too_long(self) -> None: ...

    def disconnected(self, reason: str, *, left: bool) -> None:
        self.left.set_result(reason)


@dataclass
class Program:
    """A host with canvases "left" and "right"."""

    peer: Peer = field(default_factory=Peer)
    failure: Exception | None = None
    echo: Echo = field(init=False)
    codecs: list[str | None] = field(default_factory=list)
    openings: list[tuple[str, Opening, Grant]] = field(default_factory=list)
    servers: list[IceServer] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)

    def has_canvas(self, name: str) -> bool:
        return name in ("left", "right")

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
    ) -> Peer:
        self.codecs.append(codec)
        self.reached.append(reached)
        if self.failure is not None:
            raise self.failure
        return self.peer

    async def open_socket(
        self, canvas: str, opening: Opening, socket: Socket, *, grant: Grant
    ) -> Echo:
        if self.failure is not None:
            raise self.failure
        self.echo = Echo(socket)
        self.openings.append((canvas, opening, grant))
        return self.echo

    def session(self, canvas: str, session_id: str, *, grant: Grant) -> Peer | None:
        return self.peer if session_id == self.peer.id else None

    async def snapshot(self, canvas: str, *, grant: Grant) -> bytes:
        if self.failure is not None:
            raise self.failure
        return f"the pixels of {canvas}".encode()

    async def ice_servers(self, grant: Grant) -> list[IceServer]:
        return self.servers

    async def config(self, canvas: str | None, *, grant: Grant) -> Config:
        return {
            "protocol": 1,
            "version": "0.1.0",
            "iceServers": [],
            "iceServersLifetime": None,
            "codecs": ["h264", "vp8"],
            "canvases": [
                {"name": name, "title": name, "size": (640, 480)} for name in ("left", "right")
            ],
        }


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "index.html").write_text("the page")
    (folder / "denied.html").write_text("the explanation")
    (folder / "page.js").write_text("export {};")
    (tmp_path / "secret.js").write_text("secret")
    return folder


@pytest.fixture
async def start(program: Program, static: Path) -> AsyncIterator[Start]:
    """Serves the program, under a path prefix if one is given, and makes a client of it."""
    async with AsyncExitStack() as stack:

        async def start(
            access: Access | None = None, *, prefix: str = "", **settings: Any
        ) -> Client:
            access = access or Access(TOKEN, allowed_origins=[FOREIGN])
            site = Site(program, access, static=static, cookie=COOKIE, **settings)

            async def find_site(request: Request) -> Site:
                return site

            app = create_app(find_site)
            if prefix:
                outer = web.Application()
                outer.add_subapp(prefix, app)
                app = outer
            server = TestServer(app)
            await server.start_server(access_log=None)
            return await stack.enter_async_context(TestClient(server))

        yield start


@pytest.fixture
async def client(start: Start) -> Client:
    return await start()


async def get(client: Client, path: str, **headers: str) -> ClientResponse:
    """One GET, without the token and without following redirects."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get(path, headers=fields, allow_redirects=False)


async def refused(response: ClientResponse, status: int, reason: str) -> None:
    assert response.status == status
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    text = await response.text()
    assert reason in text
    assert text.count("\n") == 1


# Access


@pytest.mark.parametrize("path", ["/", "/left/", "/left/?codec=vp8", "/other/"])
async def test_without_the_token_the_page_explains(client: Client, path: str) -> None:
    response = await get(client, path)
    assert response.status == 401
    assert response.content_type == "text/html"
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Cache-Control"] == "no-store"
    assert await response.text() == "the explanation"


@pytest.mark.parametrize("token", ["wrong", ""])
async def test_a_wrong_token_gets_the_same_page_and_no_cookie(client: Client, token: str) -> None:
    response = await get(client, f"/left/?token={token}")
    assert response.status == 401
    assert await response.text() == "the explanation"
    assert not response.cookies


async def test_the_printed_link_lets_in_and_leaves_the_address_bar(client: Client) -> None:
    response = await get(client, f"/?token={TOKEN}")
    assert (response.status, response.headers["Location"]) == (303, "./")
    cookie = response.cookies[COOKIE]
    assert cookie.value == TOKEN
    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Lax", "/", "")
    page = await client.get("/")
    assert (page.status, await page.text()) == (200, "the page")
    assert (await client.get("/api/config")).status == 200


@pytest.mark.parametrize("cookies", [("old", TOKEN), (TOKEN, "old")])
async def test_the_right_token_counts_beside_an_old_one(
    client: Client, cookies: tuple[str, str]
) -> None:
    # A browser sends one cookie for each path that has set it.
    field = "; ".join(f"{COOKIE}={value}" for value in cookies)
    response = await client.get("/api/config", headers={"Cookie": field})
    assert response.status == 200


async def test_two_wrong_tokens_are_no_right_one(client: Client) -> None:
    field = f"{COOKIE}={TOKEN[:4]}; {COOKIE}={TOKEN[4:]}"
    assert (await client.get("/api/config", headers={"Cookie": field})).status == 401


async def test_other_parameters_stay(client: Client) -> None:
    response = await get(client, f"/left/?codec=vp8&token={TOKEN}&x=%26%0A")
    assert response.headers["Location"] == "./?codec=vp8&x=%26%0A"
    assert response.cookies[COOKIE]["path"] == "/"


FORWARDED = {
    "X-Forwarded-Host": "lab.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/scene",
}


async def test_behind_a_trusted_proxy_the_cookie_is_that_of_its_page(start: Start) -> None:
    access = Access(TOKEN, allowed_hosts=["lab.example"])
    client = await start(access, proxies=TrustedProxies(["127.0.0.1"]))
    for path in ("/", "/left/"):
        response = await client.get(
            f"{path}?token={TOKEN}", headers=FORWARDED, allow_redirects=False
        )
        cookie = response.cookies[COOKIE]
        assert (cookie["secure"], cookie["path"]) == (True, "/scene/")
        assert response.headers["Location"] == "./"
    page = {"Origin": "https://lab.example", **FORWARDED, **BEARER, **SDP}
    created = await client.post("/whep/left", data=OFFER, headers=page)
    assert (created.status, created.headers["Location"]) == (201, "left/id-1")
    elsewhere = {**page, "X-Forwarded-Host": "rebound.example"}
    await refused(await client.post("/whep/left", data=OFFER, headers=elsewhere), 403, "--allow")


async def test_nobody_else_is_believed_what_is_forwarded(client: Client) -> None:
    response = await client.get(f"/?token={TOKEN}", headers=FORWARDED, allow_redirects=False)
    cookie = response.cookies[COOKIE]
    assert (cookie["secure"], cookie["path"]) == ("", "/")


async def test_open_access_takes_an_old_link_and_sets_no_cookie(start: Start) -> None:
    client = await start(Access(None, open_access=True))
    response = await get(client, "/?token=old")
    assert (response.status, response.headers["Location"]) == (303, "./")
    assert not response.cookies
    assert (await get(client, "/")).status == 200


@pytest.mark.parametrize(
    "path",
    ["/api/config", "/left/api/config", "/whep/left", "/whep/left/id-1", "/snapshot/left.png"],
)
async def test_nothing_else_is_told_without_the_token(client: Client, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
        response = await client.get(path, headers=headers)
        await refused(response, 401, "token is missing or wrong")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert (await client.get(path, params={"token": TOKEN})).status == 401
    assert (await client.get(path, headers=BEARER)).status == 200


@pytest.mark.parametrize("path", ["/", f"/?token={TOKEN}", "/api/config", "/whep/left"])
async def test_foreign_names_and_pages_are_refused(client: Client, path: str) -> None:
    await refused(await get(client, path, **BEARER, Host="evil.example"), 403, "evil.example")
    await refused(await get(client, path, **BEARER, Origin="null"), 403, "'null'")


async def test_the_token_is_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await client.get(f"/?token={TOKEN}")
    await client.get("/api/config", headers=BEARER)
    assert TOKEN not in caplog.text


# Pages and files


async def test_the_page_is_served_with_its_fields(client: Client) -> None:
    response = await get(client, "/left/", **BEARER)
    assert await response.text() == "the page"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "X-Frame-Options" not in response.headers


async def test_a_canvas_without_a_slash_gets_one(client: Client) -> None:
    response = await get(client, "/left?token=a%26b")
    assert (response.status, response.headers["Location"]) == (307, "left/?token=a%26b")
    assert (await get(client, "/left")).headers["Location"] == "left/"


@pytest.mark.parametrize("path", ["/other/", "/other/api/config", "/api/", "/whep/", "/whep/other"])
async def test_an_unknown_canvas_is_not_found(client: Client, path: str) -> None:
    await refused(await get(client, path, **BEARER), 404, "There is no canvas named")


@pytest.mark.parametrize("path", ["/favicon.ico", "/Left/", "/left/other", "/whep/Left", "/a/b/c"])
async def test_other_paths_are_not_found(client: Client, path: str) -> None:
    assert (await get(client, path, **BEARER)).status == 404


async def test_a_programs_own_files_lie_beside_its_pages_and_need_access(start: Start) -> None:
    files = {"logo.svg": ("image/svg+xml", "<svg/>"), "index.html": ("text/html", "mine")}
    client = await start(resources=files)
    for place in ("/", "/left/"):
        assert await (await get(client, place, **BEARER)).text() == "mine"
        assert await (await get(client, f"{place}logo.svg", **BEARER)).text() == "<svg/>"
        assert (await get(client, f"{place}logo.svg")).status == 401
    await refused(await get(client, "/middle/logo.svg", **BEARER), 404, "no canvas")
    await refused(await get(client, "/left/other.svg", **BEARER), 404, "nothing at this address")


@pytest.mark.parametrize("path", ["/static/page.js", "/left/static/page.js"])
async def test_modules_are_open_to_every_page(client: Client, path: str) -> None:
    response = await get(client, path, Origin="https://anywhere.example", Host="any.example")
    assert await response.text() == "export {};"
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "no-cache"


async def test_the_page_names_the_version_of_its_modules_and_keeps_them_for_ever(
    client: Client, static: Path
) -> None:
    async def link() -> str:
        page = await (await get(client, "/left/", **BEARER)).text()
        found = re.search('"(static/v-[0-9a-f]{16}/page.js)"', page)
        assert found is not None
        return found[1]

    (static / "index.html").write_text('<script type="module" src="static/page.js"></script>')
    path = await link()
    assert await link() == path
    kept = await get(client, f"/left/{path}")
    assert (kept.status, await kept.text()) == (200, "export {};")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    (static / "page.js").write_text("export { changed };")
    late = await get(client, f"/left/{path}")
    assert await late.text() == "export { changed };"
    assert late.headers["Cache-Control"] == "no-cache", "that is not what this version means"
    newer = await link()
    assert newer != path
    assert "immutable" in (await get(client, f"/left/{newer}")).headers["Cache-Control"]
    assert (await get(client, f"/left/{path}")).headers["Cache-Control"] == "no-cache"


async def test_a_listed_origin_gets_modules_as_every_other_does(client: Client) -> None:
    response = await get(client, "/static/page.js", Origin=FOREIGN)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


async def test_an_unchanged_file_is_not_sent_again(client: Client, static: Path) -> None:
    tag = (await get(client, "/static/page.js")).headers["ETag"]
    again = await get(client, "/static/page.js", If_None_Match=tag)
    assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    (static / "page.js").write_text("export { changed };")
    assert (await get(client, "/static/page.js", If_None_Match=tag)).status == 200


async def test_who_takes_gzip_gets_files_compressed(client: Client, static: Path) -> None:
    body = "export const words = 'again and again and again and again and again and again';"
    (static / "page.js").write_text(body)
    compressed = await get(client, "/static/page.js", Accept_Encoding="gzip, deflate")
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert int(compressed.headers["Content-Length"]) < len(body)
    assert await compressed.text() == body
    plain = await get(client, "/static/page.js", Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    assert await plain.text() == body
    for response in (compressed, plain):
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"


async def test_each_encoding_of_a_file_has_a_tag_of_its_own(client: Client, static: Path) -> None:
    (static / "page.js").write_text("again and " * 20)
    tags = {
        encoding: (await get(client, "/static/page.js", Accept_Encoding=encoding)).headers["ETag"]
        for encoding in ("gzip", "identity")
    }
    assert tags["gzip"] != tags["identity"]
    for encoding, tag in tags.items():
        fields = {"Accept_Encoding": encoding, "If_None_Match": tag}
        again = await get(client, "/static/page.js", **fields)
        assert (again.status, again.headers["ETag"]) == (304, tag)
        assert again.headers["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in again.headers
    fields = {"Accept_Encoding": "gzip", "If_None_Match": tags["identity"]}
    assert (await get(client, "/static/page.js", **fields)).status == 200


async def test_a_page_for_a_listed_origin_varies_by_both(client: Client) -> None:
    response = await get(client, "/", **BEARER, Origin=FOREIGN)
    assert response.headers["Vary"] == "Accept-Encoding, Origin"


@pytest.mark.parametrize(
    "path",
    ["/static/../secret.js", "/static/%2e%2e/secret.js", "/static/..%2fsecret.js", "/static/x"],
)
async def test_files_elsewhere_are_out_of_reach(client: Client, path: str) -> None:
    url = client.make_url("/").join(URL(path, encoded=True))
    response = await client.session.get(url)
    assert response.status == 404
    assert "secret" not in await response.text()


async def test_a_folder_without_the_page_is_refused(program: Program, static: Path) -> None:
    (static / "index.html").unlink()
    with pytest.raises(FileNotFoundError, match=r"has no index\.html"):
        Site(program, Access(TOKEN), static=static, cookie=COOKIE)


# api/config


@pytest.mark.parametrize("prefix", ["", "/lab", "/lab/7"])
async def test_every_url_leads_where_it_should(start: Start, prefix: str) -> None:
    client = await start(prefix=prefix)
    for path in ("/api/config", "/left/api/config"):
        response = await client.get(prefix + path, headers=BEARER)
        assert response.headers["Cache-Control"] == "no-store"
        config = await response.json()
        pages = [response.url.join(URL(canvas["url"])).path for canvas in config["canvases"]]
        assert pages == [f"{prefix}/left/", f"{prefix}/right/"]
    snapshot = response.url.join(URL(config["snapshot"]))
    assert snapshot.path == f"{prefix}/snapshot/left.png"
    assert (await client.session.get(snapshot, headers=BEARER)).status == 200
    endpoint = response.url.join(URL(config["whep"]))
    assert endpoint.path == f"{prefix}/whep/left"
    created = await client.session.post(endpoint, data=OFFER, headers=BEARER | SDP)
    resource = created.url.join(URL(created.headers["Location"]))
    assert resource.path == f"{prefix}/whep/left/id-1"
    assert (await client.session.delete(resource, headers=BEARER)).status == 200


async def test_the_cookie_belongs_to_the_prefix(start: Start) -> None:
    client = await start(prefix="/lab")
    for path in ("/lab/", "/lab/left/"):
        response = await get(client, f"{path}?token={TOKEN}")
        assert response.cookies[COOKIE]["path"] == "/lab/"
    assert (await client.get("/lab/left/")).status == 200


# Snapshots


async def test_the_newest_picture_is_served(client: Client) -> None:
    response = await client.get("/snapshot/left.png", headers=BEARER)
    assert (response.status, await response.read()) == (200, b"the pixels of left")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    head = await client.head("/snapshot/left.png", headers=BEARER)
    assert (head.status, await head.read()) == (200, b"")
    assert head.headers["Content-Length"] == "18"


async def test_there_is_no_picture_of_an_unknown_canvas(client: Client) -> None:
    response = await client.get("/snapshot/middle.png", headers=BEARER)
    await refused(response, 404, "There is no canvas named 'middle' here.")
    for path in ("/snapshot/left.jpg", "/snapshot/left", "/snapshot/left.png/"):
        assert (await client.get(path, headers=BEARER)).status == 404


async def test_before_the_first_picture_it_says_so(client: Client, program: Program) -> None:
    program.failure = Refusal(503, "There is no picture yet.")
    response = await client.get("/snapshot/left.png", headers=BEARER)
    await refused(response, 503, "There is no picture yet.")


# WHEP


async def test_a_session_from_offer_to_end(client: Client, program: Program) -> None:
    created = await client.post("/whep/left?codec=vp8", data=OFFER, headers=BEARER | SDP)
    assert (created.status, await created.text()) == (201, "v=0\r\n")
    assert created.headers["Content-Type"] == "application/sdp"
    assert (created.headers["Location"], created.headers["ETag"]) == ("left/id-1", '"ours"')
    assert program.codecs == ["vp8"]
    assert program.reached == [Reached(("127.0.0.1", client.port or 0), "127.0.0.1")]

    fields = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": '"ours"'}
    fragment = "a=ice-ufrag:f56e1144\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
    patched = await client.patch("/whep/left/id-1", data=fragment, headers=BEARER | fields)
    assert (patched.status, await patched.read()) == (204, b"")

    ended = await client.delete("/whep/left/id-1", headers=BEARER)
    assert ended.status == 200
    assert program.peer.closed


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_an_answer_is_compressed_for_who_takes_that(client: Client, encoding: str) -> None:
    fields = BEARER | SDP | {"Accept-Encoding": encoding}
    created = await client.post("/whep/left", data=OFFER, headers=fields)
    assert created.headers.get("Content-Encoding", "identity") == encoding
    assert (created.status, await created.text()) == (201, "v=0\r\n")
    assert created.headers["ETag"] == '"ours"', "it is the ICE session's, not the answer's"


@pytest.mark.parametrize("path", ["/whep/left", "/whep/left/id-1"])
async def test_looks_have_no_body(client: Client, path: str) -> None:
    for method in ("GET", "HEAD"):
        response = await client.request(method, path, headers=BEARER)
        assert (response.status, await response.read()) == (200, b"")


async def test_other_methods_are_not_allowed(client: Client) -> None:
    response = await client.put("/whep/left", headers=BEARER)
    await refused(response, 405, "POST")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


async def test_too_large_a_body_is_refused(client: Client, program: Program) -> None:
    response = await client.post("/whep/left", data=b"x" * 1_000_000, headers=BEARER | SDP)
    await refused(response, 413, "65536 bytes")
    assert program.codecs == []


async def test_a_body_of_unknown_length_is_refused(client: Client, program: Program) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield OFFER

    response = await client.post("/whep/left", data=chunks(), headers=BEARER | SDP)
    await refused(response, 411, "no Content-Length")
    assert program.codecs == []


async def test_a_body_that_is_not_what_it_says_is_refused(client: Client) -> None:
    headers = BEARER | SDP | {"Content-Encoding": "gzip"}
    response = await client.post("/whep/left", data=b"not gzip", headers=headers)
    assert response.status == 400


async def test_a_body_that_does_not_come_is_not_waited_for_long(
    client: Client, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.site.PATIENCE", 0.1)
    wanted = asyncio.Event()

    async def drops() -> AsyncIterator[bytes]:
        yield OFFER[:1]
        await wanted.wait()

    headers = BEARER | SDP | {"Content-Length": str(len(OFFER))}
    response = await client.post("/whep/left", data=drops(), headers=headers)
    wanted.set()
    await refused(response, 408, "within 0.1 s")
    assert program.codecs == []


async def test_the_hosts_refusal_is_handed_on(client: Client, program: Program) -> None:
    program.failure = Refusal(406, "No codec in common.")
    response = await client.post("/whep/left", data=OFFER, headers=BEARER | SDP)
    await refused(response, 406, "No codec in common.")


async def test_a_failure_is_logged_once_and_not_told(
    client: Client, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    program.failure = RuntimeError("a secret of the inside")
    response = await client.post("/whep/left?codec=vp8", data=OFFER, headers=BEARER | SDP)
    await refused(response, 500, "The server failed")
    [record] = caplog.records
    assert record.getMessage() == "POST /whep/left failed."
    assert record.exc_info is not None


async def test_the_log_has_no_name_of_a_session(
    client: Client,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(program, "session", fail)
    response = await client.delete("/whep/left/secret", headers=BEARER)
    await refused(response, 500, "The server failed")
    [record] = caplog.records
    assert record.getMessage() == "DELETE /whep/left/… failed."
    assert "secret" not in caplog.text


# CORS


@pytest.mark.parametrize(
    "path",
    ["/whep/left", "/whep/left/id-1", "/api/config", "/left/api/config", "/snapshot/left.png"],
)
async def test_preflights_need_no_token(client: Client, path: str) -> None:
    response = await client.options(path, headers={"Origin": FOREIGN})
    assert (response.status, await response.read()) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == FOREIGN
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers.get("Accept-Post") == (
        "application/sdp" if path == "/whep/left" else None
    )


async def test_options_name_the_ice_servers_to_who_may_know(
    client: Client, program: Program
) -> None:
    program.servers = [{"urls": ["turn:turn.example.org"], "username": "u", "credential": "c"}]
    assert "Link" not in (await client.options("/whep/left")).headers
    response = await client.options("/whep/left", headers=BEARER)
    assert response.headers["Link"].startswith('<turn:turn.example.org>; rel="ice-server"')


async def test_a_preflight_is_told_no_ice_servers_and_nobody_is_asked_about_it(
    start: Start, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    program.servers = [{"urls": ["turn:turn.example.org"], "username": "u", "credential": "c"}]
    asked: list[str | None] = []

    async def authorize(request: Request) -> Grant:
        asked.append(request.token)
        return Grant("viewer", {"the-token": "ann"}[request.token or ""])

    access = Access(None, open_access=True, allowed_origins=[FOREIGN], any_host=True)
    preflight = {
        "Origin": FOREIGN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    for authorization in (None, Authorization(authorize)):
        client = await start(access, authorization=authorization)
        response = await client.options("/whep/left", headers=preflight)
        assert (response.status, "Link" in response.headers) == (204, False)
        assert response.headers["Accept-Post"] == "application/sdp"
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert asked == []
    # What asks by itself brings what lets it in, and is told.
    response = await client.options("/whep/left", headers={**BEARER, "Origin": FOREIGN})
    assert "Link" in response.headers
    assert asked == [TOKEN]
    assert caplog.records == []


async def test_a_preflight_from_elsewhere_is_refused(client: Client) -> None:
    response = await client.options("/whep/left", headers={"Origin": "https://evil.example"})
    await refused(response, 403, "evil.example")
    # A preflight with this status lets no request through, whatever else it says (Fetch, "CORS-preflight fetch").
    assert "Access-Control-Allow-Methods" not in response.headers


async def test_a_page_from_elsewhere_reads_that_its_origin_is_refused_and_nothing_else(
    client: Client,
) -> None:
    response = await get(client, "/api/config", **BEARER, Origin="https://evil.example")
    await refused(
        response,
        403,
        "'https://evil.example' is not allowed; --allow-origin (allow_origins=) lists more.",
    )
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    bent = await get(client, "/api/config", **BEARER, Origin="null", Host="evil.example")
    await refused(
        bent, 403, "The host 'evil.example' is not allowed; --allow-host (allow_hosts=) lists more."
    )
    assert "Access-Control-Allow-Origin" not in bent.headers


async def test_a_listed_page_reads_answers_and_refusals(client: Client) -> None:
    headers = BEARER | SDP | {"Origin": FOREIGN}
    for body, status in ((OFFER, 201), (b"hello", 400)):
        response = await client.post("/whep/left", data=body, headers=headers)
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == FOREIGN
        assert response.headers["Access-Control-Expose-Headers"] == "ETag, Link, Location"
        assert response.headers["Vary"] == "Origin"
    response = await client.get("/api/config", headers={"Origin": FOREIGN})
    assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (401, FOREIGN)


async def test_our_own_page_needs_no_cors(client: Client) -> None:
    origin = str(client.make_url("/").origin())
    response = await client.get("/api/config", headers={**BEARER, "Origin": origin})
    assert response.status == 200
    assert "Access-Control-Allow-Origin" not in response.headers


# The WebSocket


OPEN = {"type": "open", "codecs": ["h264"]}


@pytest.mark.parametrize("prefix", ["", "/lab"])
async def test_a_websocket_from_opening_to_end(start: Start, program: Program, prefix: str) -> None:
    client = await start(prefix=prefix)
    async with client.ws_connect(f"{prefix}/ws/left", headers=BEARER) as page:
        await page.send_json(OPEN)
        await page.send_str("one")
        assert await page.receive_str() == "one"
        await page.send_bytes(b"two")
        assert await page.receive_bytes() == b"two"
    assert await asyncio.wait_for(program.echo.left, 5) == "The viewer left."
    [(canvas, opening, grant)] = program.openings
    assert (canvas, opening.codecs, grant) == ("left", ["h264"], Grant("operator"))


async def test_a_token_may_come_in_the_first_message(client: Client, program: Program) -> None:
    async with client.ws_connect("/ws/left") as page:
        await page.send_json({**OPEN, "token": TOKEN})
        await page.send_str("one")
        assert await page.receive_str() == "one"


@pytest.mark.parametrize("token", [None, "wrong"])
async def test_a_websocket_without_the_token_is_closed(client: Client, token: str | None) -> None:
    async with client.ws_connect("/ws/left") as page:
        await page.send_json({**OPEN, "token": token})
        message = await page.receive()
        assert (message.type, page.close_code) == (WSMsgType.CLOSE, 4401)
        assert "open the link" in str(message.extra)


async def test_a_stranger_cannot_try_out_the_names_of_canvases(
    client: Client, program: Program
) -> None:
    heard = []
    for name in ("left", "other"):
        async with client.ws_connect(f"/ws/{name}") as page:
            await page.send_json(OPEN)
            message = await page.receive()
            heard.append((message.data, message.extra))
    assert heard[0][0] == 4401
    assert heard[0] == heard[1]
    async with client.ws_connect("/ws/other", headers=BEARER) as page:
        await page.send_json(OPEN)
        message = await page.receive()
        assert (message.data, message.extra) == (4404, "There is no canvas named 'other' here.")
    assert program.openings == []


@pytest.mark.parametrize(
    ("path", "headers", "status", "reason"),
    [
        ("/ws/left", {"Origin": "https://evil.example"}, 403, "evil.example"),
        ("/ws/left", {"Host": "evil.example"}, 403, "evil.example"),
        ("/ws/left", BEARER, 426, "proxy"),
        ("/ws/other", {}, 426, "proxy"),
    ],
)
async def test_what_gets_no_websocket(
    client: Client, path: str, headers: dict[str, str], status: int, reason: str
) -> None:
    await refused(await client.get(path, headers=headers), status, reason)


async def test_a_message_that_is_too_long_ends_a_websocket(
    client: Client, program: Program
) -> None:
    async with client.ws_connect("/ws/left", headers=BEARER) as page:
        await page.send_json(OPEN)
        await page.send_bytes(bytes(MAX_MESSAGE + 1))
        assert (await page.receive()).type == WSMsgType.CLOSE
        assert page.close_code == 1009
    assert await asyncio.wait_for(program.echo.left, 5) == "The page was closed."


async def test_what_waits_in_a_websocket_is_known(client: Client, program: Program) -> None:
    async with client.ws_connect("/ws/left", headers=BEARER) as page:
        await page.send_json(OPEN)
        await page.send_str("hello")
        assert await page.receive_str() == "hello"
        socket = program.echo.socket
        async with asyncio.timeout(5):
            while socket.backlog:  # noqa: ASYNC110  # there is no event for it
                await asyncio.sleep(0.005)
        sending = asyncio.create_task(socket.send(bytes(4_000_000)))
        await asyncio.sleep(0)
        assert socket.backlog > 1_000_000
        assert len(await page.receive_bytes()) == 4_000_000
        await sending
