"""The doctor looks at servers, each with something that is wrong."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from rtc_canvas import Canvas, IceServer, serve
from rtc_canvas.doctor.command import Checkup, examine
from rtc_canvas.doctor.findings import Finding
from rtc_canvas.doctor.machine import examine_machine
from rtc_canvas.doctor.site import examine_site

from .browser.proxy import proxy

PATIENCE = 0.5
AMPLE = 5.0
"""Seconds for what answers, on a machine that is busy."""


async def found(url: str, *, insecure: bool = False, patience: float = PATIENCE) -> list[Finding]:
    return [finding async for finding in examine_site(url, patience=patience, insecure=insecure)]


def problems(findings: list[Finding]) -> list[str]:
    return [f"{each.text} {each.advice}" for each in findings if each.mark == "problem"]


async def test_a_server_that_is_well_and_is_left_as_it_was() -> None:
    canvas = Canvas()
    async with serve(canvas, port=0) as server:
        findings = await found(server.url)
        assert problems(findings) == []
        assert any("UDP" in finding.text for finding in findings)
        assert canvas.peers == ()


async def test_of_several_canvases_it_looks_at_the_first() -> None:
    canvases = {"left": Canvas(), "right": Canvas()}
    async with serve(canvases, port=0) as server:
        assert problems(await found(server.url)) == []
        base, _, token = server.url.partition("?")
        assert problems(await found(f"{base}right?{token}")) == []


async def test_a_wrong_token_and_none() -> None:
    canvas = Canvas()
    async with serve(canvas, port=0, token="right") as server:
        [wrong] = problems(await found(server.url.replace("right", "wrong")))
        [none] = problems(await found(server.url.partition("?")[0]))
    assert "not that of the server" in wrong
    assert "whole link" in none


async def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        [refused] = problems(await found(f"127.0.0.1:{port}"))
    assert f"Nothing listens at 127.0.0.1 port {port}" in refused
    [unknown] = problems(await found("http://no-such-host.invalid/"))
    assert "cannot be reached" in unknown


async def test_a_name_that_is_not_allowed() -> None:
    text = "The host 'lab' is not allowed; --allow-host (allow_hosts=) lists more."
    async with elsewhere(status=403, text=text, content_type="text/plain") as url:
        [refused] = problems(await found(url))
    assert "--allow-host" in refused


async def test_a_certificate_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    canvas = Canvas()
    async with serve(canvas, port=0, self_signed=True) as server:
        findings = await found(server.url, patience=AMPLE)
    assert problems(findings) == []
    assert any("browsers warn once" in finding.text for finding in findings)


async def test_a_token_is_not_sent_where_nobody_vouches_for_the_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("rtc_canvas.doctor.site._is_loopback", lambda address: False)
    canvas = Canvas()
    async with serve(canvas, port=0, self_signed=True) as server:
        [withheld] = problems(await found(server.url))
        assert "--insecure" in withheld
        assert problems(await found(server.url, insecure=True, patience=AMPLE)) == []


async def test_a_proxy_that_passes_no_upgrade() -> None:
    canvas = Canvas()
    async with (
        serve(canvas, port=0, open_access=True) as server,
        proxy(server.url.rstrip("/"), "/lab", upgrades=False) as url,
    ):
        [stopped] = problems(await found(url))
    assert "proxy_set_header Upgrade" in stopped


async def test_a_proxy_in_front_of_nothing() -> None:
    async with elsewhere(status=502) as url:
        [stopped] = problems(await found(url))
    assert "does not reach the program behind it" in stopped


@pytest.mark.parametrize(
    "text",
    [
        "<html>",
        "[]",
        "7",
        '{"version": "1"}',
        '{"version": "1", "iceServers": []}',
        '{"version": "1", "iceServers": [{}]}',
        '{"version": "1", "iceServers": [], "whep": "whep"}',
        '{"version": "1", "iceServers": [], "canvases": [{"url": "./"}]}',
    ],
)
async def test_another_kind_of_server(text: str) -> None:
    async with elsewhere(text=text) as url:
        [other] = problems(await found(url))
    assert "no rtc_canvas server" in other


@pytest.mark.parametrize(
    "named",
    [
        '"whep": "http://elsewhere.example/whep", "websocket": "ws"',
        '"whep": "whep", "websocket": "https://elsewhere.example/ws"',
        '"canvases": [{"url": "//elsewhere.example/main/"}]',
    ],
)
async def test_a_server_that_names_another_gets_no_further(named: str) -> None:
    async with elsewhere(text=f'{{"version": "1", "iceServers": [], {named}}}') as url:
        [another] = problems(await found(url))
    assert "elsewhere.example" in another


async def test_a_server_without_a_canvas() -> None:
    async with elsewhere(text='{"version": "1", "iceServers": [], "canvases": []}') as url:
        [empty] = problems(await found(url))
    assert "shows no canvas" in empty


async def test_a_turn_server_that_is_dead() -> None:
    canvas = Canvas()
    dead = IceServer("turn:192.0.2.1:3478", "name", "password")
    async with serve(canvas, port=0, ice_servers=[dead]) as server:
        [silent] = problems(await found(server.url))
    assert silent.startswith("turn:192.0.2.1:3478 ")


async def test_addresses_that_cannot_be_right() -> None:
    """As from a container whose ports are published."""
    stopped = problems(await found_behind({"Location": "whep"}))
    assert any("--public-address 127.0.0.1" in each for each in stopped)
    assert not any("Location" in each for each in stopped)


async def test_a_session_at_another_server_gets_no_token() -> None:
    found = problems(await found_behind({"Location": "http://elsewhere.example/whep/1"}))
    assert any("elsewhere.example" in each for each in found)


async def test_an_address_in_other_letters_is_the_same_server() -> None:
    canvas = Canvas()
    async with serve(canvas, port=0, open_access=True, allow_hosts=["localhost"]) as server:
        port = server.port
        assert problems(await found(f"http://LOCALHOST:{port}/", patience=AMPLE)) == []


async def test_a_proxy_that_takes_fields_away() -> None:
    assert any("Location" in each for each in problems(await found_behind({})))


async def found_behind(fields: dict[str, str]) -> list[Finding]:
    """What is found of a server whose answer to an offer has these fields."""
    answer = "a=ice-ufrag:abcd\r\na=ice-pwd:p\r\na=candidate:1 1 udp 1 172.17.0.99 9 typ host\r\n"
    config = {"version": "0", "whep": "whep", "websocket": "ws", "iceServers": []}

    async def answered(request: web.Request) -> web.Response:
        return web.Response(status=201, text=answer, headers=fields)

    async def told(request: web.Request) -> web.Response:
        return web.json_response(config)

    app = web.Application()
    app.router.add_get("/api/config", told)
    app.router.add_post("/api/whep", answered)
    async with running(app) as url:
        return await found(url)


@asynccontextmanager
async def elsewhere(
    status: int = 200, text: str = "", content_type: str = "text/html"
) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type=content_type)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with running(app) as url:
        yield url


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


# This machine.


async def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        [stopped] = problems(await examine_machine("127.0.0.1", port))
    assert f"TCP port {port} of 127.0.0.1 cannot be had" in stopped
    assert "--port" in stopped


async def test_a_host_that_is_none() -> None:
    stopped = problems(await examine_machine("no-such-host.invalid", 0))
    assert all("cannot be had" in each for each in stopped)


async def test_a_machine_that_is_well() -> None:
    findings = await examine_machine("0.0.0.0", 0)
    assert problems(findings) == []
    assert any("VP8 is encoded" in finding.text for finding in findings)


def test_the_exit_code_tells_whether_there_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    dead = [IceServer("stun:127.0.0.1:9")]
    assert examine(Checkup(None, "127.0.0.1", 0), patience=PATIENCE) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "No problem was found."
    assert examine(Checkup(None, "127.0.0.1", 0, dead), patience=PATIENCE) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 problem found."
