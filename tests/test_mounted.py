"""Canvases in apps of other frameworks, on real servers and with real logins."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvloop
from aiohttp import web
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from yarl import URL

from rtc_canvas import TOKEN, Canvas, ConfigError, Grant, Request, aiohttp_app, asgi_app, serve
from rtc_canvas.asgi import MountedApp
from rtc_canvas.events import ProgramEvent

from .frames import flat
from .hosting import elsewhere, example, logged_in, place, running, visitor
from .receiver import receiver
from .room import Seen
from .websocket_page import websocket_page

HOSTS = [
    ("in_fastapi", "/login", "/lamp"),
    ("in_starlette", "/", "/boards"),
    ("in_fasthtml", "/login", "/wall"),
    ("in_aiohttp", "/", "/wall"),
]


def by_query(request: Request) -> Grant | None:
    """Who says that they are ann steers, every other name watches."""
    name = request.query.get("as") or request.headers.get("x-as")
    return Grant("operator" if name == "ann" else "viewer", name) if name else None


@contextlib.asynccontextmanager
async def mounted(view: MountedApp, prefix: str = "/view", **options: Any) -> AsyncIterator[str]:
    """The view in a Starlette app whose server tells it of no end; gives its URL."""
    app = Starlette(routes=[Mount(prefix, view)])
    async with running(app, **options) as origin:
        try:
            yield f"{origin}{prefix}"
        finally:
            await view.close()


async def text(url: str, **options: Any) -> tuple[int, str]:
    async with visitor() as http, http.get(url, allow_redirects=False, **options) as response:
        return response.status, await response.text()


# The four examples, each with its login.


@pytest.mark.parametrize(("name", "login", "prefix"), HOSTS)
async def test_ann_steers_and_bob_watches(name: str, login: str, prefix: str) -> None:
    module = example(name)
    canvas: Canvas = module.boards["ann"] if name == "in_starlette" else module.canvas
    shown = "ann" if name == "in_starlette" else "main"
    events: Seen[ProgramEvent] = Seen()
    canvas.on("join", "control", "key_down")(events)
    async with running(module.app) as origin:
        url = origin + prefix
        ann = await logged_in(origin + login, user="ann", password="apple")
        bob = await logged_in(origin + login, user="bob", password="pear")
        assert (await text(f"{url}/"))[0] == 401
        status, page = await text(f"{url}/{shown}/", headers=bob)
        assert (status, "connectAhead" in page) == (200, True)
        assert (await text(f"{url}/{shown}/static/page.js"))[0] == 200
        async with receiver(place(url), shown, headers=bob) as watching:
            joined = await events.next()
            assert (joined["peer"].user, joined["peer"].role) == ("bob", "viewer")
            await watching.frame()
            async with receiver(place(url), shown, headers=ann) as steering:
                assert (await events.next())["peer"].user == "ann"
                await steering.message("control", steering=True)
                assert (await events.next())["steering"]
                watching.send("input", "key_down", key="b")
                steering.send("input", "key_down", key="a")
                pressed = await events.next()
                assert (pressed["key"], pressed["peer"].user) == ("a", "ann")
                dropped = joined["peer"].stats.dropped_input
                assert not joined["peer"].steering
        assert dropped.get("watching", 0) <= 1


@pytest.mark.parametrize(("name", "login", "prefix"), HOSTS)
async def test_strangers_get_nothing_in_any_way(name: str, login: str, prefix: str) -> None:
    module = example(name)
    shown = "ann" if name == "in_starlette" else "main"
    async with running(module.app) as origin:
        url = origin + prefix
        for path in ("/", "/api/config", f"/snapshot/{shown}.png", f"/whep/{shown}"):
            status, sentence = await text(url + path)
            assert (status, sentence.count("\n")) == (401, 1)
        async with visitor() as http:
            fields = {"Content-Type": "application/sdp"}
            async with http.post(f"{url}/whep/{shown}", data=b"v=0", headers=fields) as response:
                assert response.status == 401
        async with websocket_page(place(url), shown, headers={}) as page:
            await page.open()
            code, reason = await page.closed()
            assert (code, reason[:21]) == (4401, "You are not logged in")


# Over the WebSocket, through every implementation that uvicorn has.


@pytest.mark.parametrize("implementation", ["websockets-sansio", "wsproto"])
async def test_a_websocket_carries_all_of_it(implementation: str) -> None:
    canvas = Canvas((64, 48))
    keys: Seen[ProgramEvent] = Seen()
    canvas.on("key_down")(keys)
    view = asgi_app(canvas, authorize=by_query)
    async with mounted(view, ws=implementation) as url:
        bob, ann = ({"X-As": name} for name in ("bob", "ann"))
        async with (
            websocket_page(place(url), headers=bob) as watching,
            websocket_page(place(url), headers=ann) as steering,
        ):
            await watching.open()
            await watching.message("control", steering=False)
            await steering.open()
            await steering.message("control", steering=True)
            canvas.push(flat((200, 200, 200)))
            assert await watching.frame()
            assert await steering.frame()
            await watching.send("input", "key_down", key="b")
            await steering.send("input", "key_down", key="a")
            assert (await keys.next())["key"] == "a"
            canvas.peers[0].close("That was enough.")
            assert await watching.message("bye") == {
                "type": "bye",
                "reason": "That was enough.",
                "retry": False,
            }
            assert (await watching.closed())[0] == 1000
        assert [peer.user for peer in canvas.peers if not peer.away] == []


# Sessions belong to who made them.


async def test_only_its_user_ends_a_session_or_comes_back_to_it() -> None:
    canvas = Canvas((64, 48))
    async with mounted(asgi_app(canvas, authorize=by_query)) as url:
        ann, bob = {"X-As": "ann"}, {"X-As": "bob"}
        async with receiver(place(url), headers=ann) as viewer, visitor() as http:
            for method in ("GET", "PATCH", "DELETE"):
                async with http.request(method, viewer.resource, headers=bob) as response:
                    assert (response.status, await response.text()) == (
                        403,
                        "That peer is somebody else's.\n",
                    )
                async with http.request(method, viewer.resource) as response:
                    assert response.status == 401
            session = viewer.resource.rpartition("/")[2]
            for user, code in ((bob, 4403), ({}, 4401)):
                async with websocket_page(place(url), headers=user) as page:
                    await page.open(session=session)
                    assert (await page.closed())[0] == code
            (peer,) = canvas.peers
            assert not peer.away
            async with http.delete(viewer.resource, headers=ann) as response:
                assert response.status == 200
            assert canvas.peers == ()


async def test_users_that_are_made_anew_are_told_apart_by_their_class() -> None:
    class User:
        def __init__(self, name: str) -> None:
            self.name = name

    canvas = Canvas((64, 48))
    view = asgi_app(canvas, authorize=lambda request: Grant("operator", User("ann")))
    async with mounted(view) as url, receiver(place(url), headers={}) as viewer:
        async with websocket_page(place(url), headers={}) as page:
            await page.open(session=viewer.resource.rpartition("/")[2], use=False)
            await page.message("opened")
        (peer,) = canvas.peers
        assert isinstance(peer.user, User)
        assert peer.user.name == "ann"


async def test_who_comes_back_with_another_role_is_another_peer() -> None:
    canvas, roles = Canvas((64, 48)), iter(["operator", "viewer", "viewer"])
    view = asgi_app(canvas, authorize=lambda request: Grant(next(roles), "ann"))  # type: ignore[arg-type]
    async with (
        mounted(view) as url,
        receiver(place(url), headers={}) as viewer,
        websocket_page(place(url), headers={}) as page,
    ):
        await page.open(session=viewer.resource.rpartition("/")[2])
        assert (await page.closed())[0] == 4404


async def test_who_may_see_one_canvas_learns_of_no_other() -> None:
    boards = {"ann": Canvas(title="Ann's board"), "bob": Canvas(title="Bob's board")}

    def authorize(request: Request) -> Grant | None:
        user = request.headers.get("x-as")
        return Grant("viewer", user) if user and user == request.canvas else None

    async with mounted(asgi_app(boards, authorize=authorize), "/boards") as url:
        ann = {"X-As": "ann"}
        status, config = await text(f"{url}/ann/api/config", headers=ann)
        assert (status, "Ann's board" in config, "bob" in config.lower()) == (200, True, False)
        # A name that is taken is answered as one that is not.
        for path in ("{}/", "{}/api/config", "whep/{}", "snapshot/{}.png", "ws/{}"):
            taken, free = [
                await text(f"{url}/{path.format(name)}", headers=ann) for name in ("bob", "eve")
            ]
            assert taken == free
        for headers in ({}, ann):
            heard = []
            for name in ("bob", "eve"):
                async with websocket_page(place(url), name, headers=headers) as page:
                    await page.open()
                    heard.append(await page.closed())
            assert heard[0][0] == 4401
            assert heard[0] == heard[1]


# What authorize does wrong hurts nobody else.


async def test_an_authorize_that_hangs_or_raises_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("signaling.authorization.PATIENCE", 0.3)
    go_on = threading.Event()

    def authorize(request: Request) -> Grant | None:
        name = request.query.get("as") or request.headers.get("x-as")
        if name == "slow":
            go_on.wait(5)
        if name == "lost":
            return Grant("viewer", request.session["user"])
        return Grant("operator", {"ann": "Ann"}[name or ""])

    canvas = Canvas((64, 48))
    async with (
        mounted(asgi_app(canvas, authorize=authorize)) as url,
        receiver(place(url), headers={"X-As": "ann"}) as viewer,
    ):
        slow = asyncio.create_task(text(f"{url}/api/config?as=slow"))
        for level in range(5):
            canvas.push(flat((40 * level, 0, 0)))
            await viewer.frame(level + 1)
        status, sentence = await slow
        assert (status, "did not decide" in sentence) == (503, True)
        go_on.set()
        status, sentence = await text(f"{url}/?as=lost")
        assert (status, "has no session" in sentence) == (500, True)
        status, sentence = await text(f"{url}/?as=nobody")
        assert (status, "its log says why" in sentence) == (500, True)
        canvas.push(flat((0, 200, 0)))
        await viewer.frame(len(viewer.frames) + 1)
    assert [record.exc_info is not None for record in caplog.records if "failed" in record.msg] == [
        True,
        False,
    ]


async def test_nothing_is_made_for_who_is_not_let_in() -> None:
    canvas = Canvas((64, 48))
    view = asgi_app(canvas, authorize=lambda request: None)
    async with mounted(view) as url, websocket_page(place(url), headers={}) as page:
        await page.open()
        assert (await page.closed())[0] == 4401
        assert canvas.peers == ()


# Under prefixes and middleware.


@pytest.mark.parametrize("prefix", ["", "/view", "/main", "/lab/7/view"])
async def test_every_prefix_serves_the_same(prefix: str) -> None:
    canvas = Canvas((64, 48))
    canvas.push(flat((1, 2, 3)))
    async with mounted(asgi_app(canvas, open_access=True), prefix) as url, visitor() as http:
        async with http.get(f"{url}/main/api/config") as response:
            config = await response.json()
        for name in ("whep", "snapshot", "websocket"):
            async with http.get(f"{url}/main/api/{config[name]}") as response:
                assert response.status == (426 if name == "websocket" else 200)
        async with receiver(place(url), headers={}) as viewer:
            await viewer.frame()
        async with http.get(f"{url}/main") as response:
            assert str(response.url) == f"{url}/main/"


async def test_where_it_is_mounted_a_slash_is_added() -> None:
    inner, outer = web.Application(), web.Application()
    inner.add_subapp("/view/", aiohttp_app(Canvas(), open_access=True))
    outer.add_subapp("/lab/7/", inner)
    view = asgi_app(Canvas(), open_access=True)
    starlette = Starlette(routes=[Mount("/lab/7/view", view)], lifespan=view.lifespan)
    for app in (outer, starlette):
        async with running(app) as origin, visitor() as http:
            url = f"{origin}/lab/7/view"
            async with http.get(f"{url}?stats=1&a=%26", allow_redirects=False) as response:
                told = str(response.url.join(URL(response.headers["Location"], encoded=True)))
                assert (response.status, told) == (307, f"{url}/?stats=1&a=%26")
            async with http.get(url) as response:
                assert (response.status, str(response.url)) == (200, f"{url}/")


async def test_a_proxy_may_take_the_root_path_of_the_host_away() -> None:
    canvas = Canvas((64, 48))
    canvas.push(flat((200, 200, 200)))
    view = asgi_app(canvas, open_access=True)
    app = FastAPI(lifespan=view.lifespan)
    app.root_path = "/api/v1"  # its parameter of that name warns that it will go
    app.mount("/view", view)
    async with running(app) as origin:
        url = f"{origin}/view"
        assert (await text(f"{url}/main/"))[0] == 200
        async with receiver(place(url), headers={}) as viewer:
            await viewer.frame()
        async with websocket_page(place(url), headers={}) as page:
            await page.open()
            assert await page.frame()


async def test_a_token_lets_in_where_nobody_else_decides(caplog: pytest.LogCaptureFixture) -> None:
    view = asgi_app(Canvas())
    async with mounted(view) as url, visitor() as http:
        assert (await text(f"{url}/"))[0] == 401
        async with http.get(f"{url}/?token={view.token}") as response:
            assert (response.status, str(response.url)) == (200, f"{url}/")
        [cookie] = http.cookie_jar
        assert cookie["path"] == "/view/"
        async with http.get(f"{url}/api/config") as response:
            assert response.status == 200
        async with http.get(f"{url}/api/config", headers={"Host": "evil.example"}) as response:
            assert response.status == 403
    [told] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert f"/view/?token={view.token}" in told.getMessage()


async def test_the_token_of_an_aiohttp_app_is_told_by_a_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    view = aiohttp_app(Canvas())
    app = web.Application()
    app.add_subapp("/view/", view)
    async with running(app) as origin:
        assert (await text(f"{origin}/view/"))[0] == 401
        assert (await text(f"{origin}/view/?token={view[TOKEN]}"))[0] == 303
    assert f"/view/?token={view[TOKEN]}" in caplog.text
    assert aiohttp_app(Canvas(), token="mine")[TOKEN] == "mine"
    assert aiohttp_app(Canvas(), open_access=True)[TOKEN] is None
    assert aiohttp_app(Canvas(), authorize=by_query)[TOKEN] is None


async def test_it_works_behind_the_middleware_of_the_host() -> None:
    async def stamp(request: Any, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["X-Stamp"] = "yes"
        return response

    canvas = Canvas((64, 48))
    view = asgi_app(canvas, authorize=by_query)
    app = Starlette(
        routes=[Mount("/view", view)],
        middleware=[Middleware(GZipMiddleware), Middleware(BaseHTTPMiddleware, dispatch=stamp)],
        lifespan=view.lifespan,
    )
    async with running(app) as origin, visitor() as http:
        async with http.get(f"{origin}/view/static/page.js") as response:
            assert (response.status, response.headers["X-Stamp"]) == (200, "yes")
            assert "RtcCanvasElement" in await response.text()
        async with receiver(place(f"{origin}/view"), headers={"X-As": "ann"}) as viewer:
            canvas.push(flat((9, 9, 9)))
            await viewer.frame()


async def test_it_is_an_app_of_its_own_too() -> None:
    view = asgi_app(Canvas(), open_access=True)
    async with running(view) as origin:
        assert (await text(f"{origin}/"))[0] == 200
    # The server's lifespan events have ended it: nothing is left for the test to close.


@pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning")
async def test_aiohttp_middleware_gives_session_and_user() -> None:
    asked: list[tuple[Any, Any]] = []

    async def authorize(request: Request) -> Grant:
        asked.append((request.session["user"], request.user))
        return Grant("viewer")

    @web.middleware
    async def login(request: web.Request, handler: Any) -> Any:
        request["session"], request["user"] = {"user": "ann"}, "Ann"
        return await handler(request)

    app = web.Application(middlewares=[login])
    app.add_subapp("/view/", aiohttp_app(Canvas(), authorize=authorize))
    async with running(app) as origin:
        assert (await text(f"{origin}/view/api/config"))[0] == 200
    assert asked == [("ann", "Ann")]


# Beginning and end.


async def test_media_take_the_udp_port_of_the_page() -> None:
    view = asgi_app(Canvas((64, 48)), open_access=True)
    async with mounted(view) as url, receiver(place(url), headers={}) as viewer:
        port = url.rpartition(":")[2].partition("/")[0]
        lines = [line for line in viewer.answer.splitlines() if line.startswith("a=candidate:")]
        assert {line.split()[5] for line in lines} == {port}
        assert {line.split()[2] for line in lines} == {"udp"}, "there is no TCP of ours"


async def test_a_port_of_its_own(unused_udp_port: int) -> None:
    view = asgi_app(Canvas((64, 48)), open_access=True, udp_port=unused_udp_port)
    async with mounted(view) as url, receiver(place(url), headers={}) as viewer:
        assert f" {unused_udp_port} typ host" in viewer.answer


async def test_a_start_that_fails_is_told_and_tried_again(caplog: Any) -> None:
    canvas = Canvas()
    view = asgi_app(canvas, open_access=True)
    async with mounted(view) as url:
        async with serve(canvas, port=0):
            status, sentence = await text(f"{url}/")
            assert (status, "served already" in sentence) == (503, True)
        assert (await text(f"{url}/"))[0] == 200


async def test_after_its_end_it_refuses() -> None:
    view = asgi_app(Canvas(), open_access=True)
    async with running(Starlette(routes=[Mount("/view", view)])) as origin:
        assert (await text(f"{origin}/view/"))[0] == 200
        await view.close()
        await view.close()
        assert await text(f"{origin}/view/") == (503, "The server was shut down.\n")


async def test_a_server_that_serves_nobody_ends_after_one_that_did() -> None:
    view = asgi_app(Canvas(), open_access=True)
    async with elsewhere(view, asyncio.new_event_loop) as server:
        assert (await text(f"{server.origin}/"))[0] == 200
    async with view.lifespan():
        pass


async def test_it_can_be_ended_from_another_event_loop() -> None:
    canvas = Canvas((64, 48))
    view = asgi_app(canvas, open_access=True)
    app = Starlette(routes=[Mount("/view", view)])
    async with (
        elsewhere(app, asyncio.new_event_loop) as server,
        receiver(place(f"{server.origin}/view"), headers={}) as viewer,
    ):
        await view.close()
        assert (await viewer.message("bye"))["reason"] == "The server was shut down."


async def test_pages_are_told_of_the_end() -> None:
    canvas = Canvas((64, 48))
    view = asgi_app(canvas, open_access=True)
    async with (
        running(Starlette(routes=[Mount("/view", view)])) as origin,
        receiver(place(f"{origin}/view"), headers={}) as viewer,
    ):
        await view.close()
        bye = await viewer.message("bye")
        assert (bye["reason"], bye["retry"]) == ("The server was shut down.", True)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("way", ["webrtc", "websocket"])
async def test_nothing_is_left_when_nobody_tells_of_the_end(
    way: str, loop: Callable[[], asyncio.AbstractEventLoop], caplog: pytest.LogCaptureFixture
) -> None:
    """The host's loop ends with a peer connected; the fixture looks for sockets, threads and encoders."""
    canvas = Canvas((64, 48))
    events: Seen[ProgramEvent] = Seen()
    canvas.on("join", "leave")(events)
    app = Starlette(routes=[Mount("/view", asgi_app(canvas, open_access=True))])
    # And it begins anew on another loop.
    for _ in range(2):
        async with contextlib.AsyncExitStack() as stack:
            server = await stack.enter_async_context(elsewhere(app, loop))
            where = place(f"{server.origin}/view")
            if way == "websocket":
                page = await stack.enter_async_context(websocket_page(where, headers={}))
                await page.open()
                await page.message("hello")
            else:
                viewer = await stack.enter_async_context(receiver(where, headers={}))
                canvas.push(flat((0, 100, 0)))
                await viewer.frame()
            assert (await events.next())["type"] == "join"
            # With its viewer still there.
            await server.stop()
            assert (await events.next())["type"] == "leave"
            assert canvas.peers == ()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_one_viewer_too_many_is_told_so_where_it_is_mounted() -> None:
    canvas = Canvas((64, 48))
    async with mounted(asgi_app(canvas, open_access=True, max_peers=1)) as url:
        where = place(url)
        async with (
            websocket_page(where, headers={}) as first,
            websocket_page(where, headers={}) as second,
        ):
            await first.open()
            await first.message("hello")
            await second.open()
            assert (await second.closed())[0] == 4503


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"authorize": "ann"}, "authorize must be a function"),
        ({"authorize": by_query, "token": "abc"}, "must not be given"),
        ({"authorize": by_query, "open_access": True}, "must not be given"),
        ({"udp_port": -1}, "udp_port must be"),
        ({"trusted_proxies": ["nginx"]}, "trusted proxy is an IP address"),
        ({"allow_origins": ["nowhere"]}, "allowed origin is a scheme"),
    ],
)
def test_what_is_not_taken_is_said_at_once(options: dict[str, Any], sentence: str) -> None:
    for make in (asgi_app, aiohttp_app):
        with pytest.raises(ConfigError, match=sentence):
            make(Canvas(), **options)


def test_a_name_that_is_not_taken() -> None:
    with pytest.raises(ConfigError, match=r"asgi_app\(\) takes a Canvas"):
        asgi_app({})
    with pytest.raises(ConfigError, match="got 'static'"):
        asgi_app({"static": Canvas()})
