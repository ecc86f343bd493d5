"""A site as an ASGI app, by the events of the specification alone; `test_mounted` has real servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from signaling.access import Access, Grant
from signaling.asgi import AsgiApp
from signaling.authorization import Authorization
from signaling.refusal import Refusal
from signaling.request import Request
from signaling.site import Site
from signaling.websocket import MAX_MESSAGE

from .test_signaling_app import OFFER, OPEN, Program

Event = dict[str, Any]


class Visit:
    """What a server does for one connection: events in, events out."""

    def __init__(self, app: AsgiApp, scope: Event) -> None:
        self.sent: list[Event] = []
        self.failure: Exception | None = None
        self._incoming: asyncio.Queue[Event] = asyncio.Queue()
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(app(scope, self._incoming.get, self._send))

    async def _send(self, event: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(event)
        self._changed.set()

    def say(self, type_: str, **fields: Any) -> None:
        self._incoming.put_nowait({"type": type_, **fields})

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def end(self) -> list[Event]:
        await asyncio.wait_for(self._task, 5)
        return self.sent


class Answer:
    def __init__(self, sent: list[Event]) -> None:
        start, body = sent
        assert start["type"] == "http.response.start"
        assert body["type"] == "http.response.body"
        self.status: int = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.body: bytes = body["body"]


class Mount:
    """An app, and what its authorize was asked."""

    def __init__(self, program: Program, static: Path) -> None:
        self.asked: list[Request] = []
        self.grant: Grant | None = Grant("viewer", "ann")
        self.refusal: Refusal | None = None
        self.begun = self.closed = 0
        self.app = AsgiApp(self._find_site, begin=self._begin, close=self._close)
        access = Access(None, open_access=True, any_host=True)
        self._site = Site(
            program,
            access,
            static=static,
            cookie="c",
            authorization=Authorization(self._authorize),
        )

    async def _authorize(self, request: Request) -> Grant | None:
        self.asked.append(request)
        return self.grant

    async def _find_site(self, request: Request) -> Site:
        if self.refusal is not None:
            raise self.refusal
        return self._site

    def _begin(self) -> None:
        self.begun += 1

    async def _close(self) -> None:
        self.closed += 1

    def visit(self, path: str, type_: str = "http", **more: Any) -> Visit:
        headers = {"host": "site.example", **more.pop("headers", {})}
        scope = {
            "type": type_,
            "method": "GET",
            "path": f"/view{path}",
            "root_path": "/view",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            **more,
        }
        return Visit(self.app, scope)

    async def get(self, path: str, method: str = "GET", **more: Any) -> Answer:
        visit = self.visit(path, method=method, **more)
        visit.say("http.request", body=b"", more_body=False)
        return Answer(await visit.end())

    async def websocket(self, path: str = "/ws/left", **more: Any) -> Visit:
        visit = self.visit(path, "websocket", **more)
        visit.say("websocket.connect")
        await visit.until(lambda: visit.sent)
        return visit


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
async def mount(program: Program, tmp_path: Path) -> Mount:
    for name in ("index.html", "denied.html", "page.js"):
        (tmp_path / name).write_text(f"this is {name}")
    return Mount(program, tmp_path)


# HTTP


async def test_a_page_and_its_fields(mount: Mount) -> None:
    answer = await mount.get("/left/")
    assert (answer.status, answer.body) == (200, b"this is index.html")
    assert answer.headers["content-length"] == "18"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    [asked] = mount.asked
    assert (asked.canvas, asked.path, asked.prefix) == ("left", "/left/", "/view")


async def test_head_has_no_body(mount: Mount) -> None:
    answer = await mount.get("/left/", "HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "18")


async def test_an_unchanged_file_has_no_length(mount: Mount) -> None:
    tag = (await mount.get("/static/page.js")).headers["etag"]
    answer = await mount.get("/static/page.js", headers={"if-none-match": tag})
    assert (answer.status, answer.body) == (304, b"")
    assert "content-length" not in answer.headers
    assert mount.asked == [], "the modules hold no secret"


async def test_the_mount_itself_gets_a_slash(mount: Mount) -> None:
    answer = await mount.get("", query_string=b"codec=vp8")
    assert (answer.status, answer.headers["location"]) == (307, "view/?codec=vp8")


@pytest.mark.parametrize("path", ["/", "/left/", "/api/config", "/snapshot/left.png", "/whep/left"])
async def test_nobody_gets_one_sentence(mount: Mount, path: str) -> None:
    mount.grant = None
    answer = await mount.get(path)
    assert (answer.status, answer.body.count(b"\n")) == (401, 1)
    assert answer.body.startswith(b"You are not logged in")
    assert "set-cookie" not in answer.headers


async def test_a_token_in_the_address_is_the_hosts_business(mount: Mount) -> None:
    answer = await mount.get("/left/", query_string=b"token=abc")
    assert answer.status == 200
    assert mount.asked[0].query["token"] == "abc"


async def test_every_name_is_taken_but_no_foreign_page(mount: Mount) -> None:
    assert (await mount.get("/api/config", headers={"host": "any.example"})).status == 200
    mount.asked.clear()
    answer = await mount.get("/api/config", headers={"origin": "https://evil.example"})
    assert (answer.status, mount.asked) == (403, [])


async def test_an_offer_in_pieces(mount: Mount, program: Program) -> None:
    headers = {"content-type": "application/sdp", "content-length": str(len(OFFER))}
    visit = mount.visit("/whep/left", method="POST", headers=headers)
    visit.say("http.request", body=OFFER[:100], more_body=True)
    visit.say("http.request", body=OFFER[100:])
    answer = Answer(await visit.end())
    assert (answer.status, answer.body) == (201, program.peer.answer.encode())
    assert answer.headers["location"] == "left/id-1"


async def test_who_may_not_ask_has_no_body_read(mount: Mount, program: Program) -> None:
    mount.grant = None
    visit = mount.visit("/whep/left", method="POST")
    assert Answer(await visit.end()).status == 401
    assert program.codecs == []


async def test_a_body_without_end_is_not_read_to_its_end(mount: Mount) -> None:
    headers = {"content-type": "application/sdp", "content-length": "100"}
    visit = mount.visit("/whep/left", method="POST", headers=headers)
    for _ in range(3):
        visit.say("http.request", body=bytes(40_000), more_body=True)
    assert Answer(await visit.end()).status == 413


async def test_who_leaves_within_a_body_is_told_so(mount: Mount) -> None:
    visit = mount.visit("/whep/left", method="POST")
    visit.say("http.request", body=b"v=0", more_body=True)
    visit.say("http.disconnect")
    assert Answer(await visit.end()).status == 400


async def test_what_cannot_start_says_why(mount: Mount) -> None:
    mount.refusal = Refusal(503, "UDP port 7 is taken.")
    answer = await mount.get("/left/")
    assert (answer.status, answer.body) == (503, b"UDP port 7 is taken.\n")
    visit = await mount.websocket(extensions={"websocket.http.response": {}})
    assert [event.get("status") for event in await visit.end()] == [503, None]


# WebSockets


async def test_a_websocket_from_opening_to_end(mount: Mount, program: Program) -> None:
    visit = await mount.websocket()
    assert visit.sent == [{"type": "websocket.accept"}]
    visit.say("websocket.receive", text=json.dumps({**OPEN, "token": "abc"}), bytes=None)
    visit.say("websocket.receive", text="one")
    visit.say("websocket.receive", bytes=b"two")
    await visit.until(lambda: len(visit.sent) == 3)
    assert visit.sent[1:] == [
        {"type": "websocket.send", "text": "one"},
        {"type": "websocket.send", "bytes": b"two"},
    ]
    visit.say("websocket.disconnect", code=1001)
    await visit.end()
    assert await program.echo.left == "The viewer left."
    [asked] = mount.asked
    assert (asked.token, asked.canvas, asked.path) == ("abc", "left", "/ws/left")
    [(_, _, grant)] = program.openings
    assert (grant.role, grant.user) == ("viewer", "ann")


async def test_nobody_gets_a_websocket_closed_with_a_sentence(mount: Mount) -> None:
    mount.grant = None
    visit = await mount.websocket()
    visit.say("websocket.receive", text=json.dumps(OPEN))
    await visit.until(lambda: len(visit.sent) == 2)
    sent = visit.sent
    assert sent[1]["type"] == "websocket.close"
    assert sent[1]["code"] == 4401
    assert sent[1]["reason"].startswith("You are not logged in")
    visit.say("websocket.disconnect", code=4401)
    await visit.end()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/left/", {}, 404),
        ("/ws/left", {"origin": "https://evil.example"}, 403),
    ],
)
async def test_what_gets_no_websocket(
    mount: Mount, path: str, headers: dict[str, str], status: int
) -> None:
    visit = await mount.websocket(path, headers=headers, extensions={"websocket.http.response": {}})
    start, body = await visit.end()
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert body["body"].endswith(b".\n")
    visit = await mount.websocket(path, headers=headers)
    assert await visit.end() == [{"type": "websocket.close"}]
    assert mount.asked == []


async def test_a_message_that_is_too_long_ends_it(mount: Mount, program: Program) -> None:
    visit = await mount.websocket()
    visit.say("websocket.receive", text=json.dumps(OPEN))
    visit.say("websocket.receive", bytes=bytes(MAX_MESSAGE + 1))
    sent = await visit.end()
    assert (sent[-1]["type"], sent[-1]["code"]) == ("websocket.close", 1009)
    assert await program.echo.left == "The page was closed."


@pytest.mark.parametrize("failure", [OSError("gone"), RuntimeError("after close")])
async def test_a_server_that_raises_is_a_connection_that_broke(
    mount: Mount, program: Program, failure: Exception
) -> None:
    visit = await mount.websocket()
    visit.say("websocket.receive", text=json.dumps(OPEN))
    await asyncio.wait_for(_until(lambda: program.openings), 5)
    visit.failure = failure
    with pytest.raises(ConnectionError, match=str(failure)):
        await program.echo.socket.send("hello")
    await program.echo.socket.close(1000, "")
    visit.say("websocket.disconnect", code=1006)
    await visit.end()


async def test_a_server_that_says_nothing_after_the_end_is_not_waited_for(
    mount: Mount, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.asgi_socket.CLOSING", 0.01)
    visit = await mount.websocket()
    visit.say("websocket.receive", text=json.dumps(OPEN))
    await asyncio.wait_for(_until(lambda: program.openings), 5)
    await program.echo.socket.close(1000, "The program ended.")
    sent = await visit.end()
    assert sent[-1] == {"type": "websocket.close", "code": 1000, "reason": "The program ended."}


async def _until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  # no event tells
        await asyncio.sleep(0)


# Its life


async def test_lifespan_events_begin_and_end_it(mount: Mount) -> None:
    visit = Visit(mount.app, {"type": "lifespan"})
    visit.say("lifespan.startup")
    await visit.until(lambda: visit.sent)
    assert visit.sent == [{"type": "lifespan.startup.complete"}]
    assert (mount.begun, mount.closed) == (1, 0)
    visit.say("lifespan.shutdown")
    assert (await visit.end())[-1] == {"type": "lifespan.shutdown.complete"}
    assert mount.closed == 1


async def test_what_is_unknown_raises(mount: Mount) -> None:
    with pytest.raises(NotImplementedError, match="'telnet'"):
        await Visit(mount.app, {"type": "telnet"}).end()
