"""A browser that reaches the program by https: through Debian's nginx, or as the program speaks it itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession

from rtc_canvas import Canvas

from .conftest import NewContext, ServeProgram
from .nginx import nginx
from .program import Program
from .viewer import Viewer

ORANGE = (200, 120, 40)
TRANSPORTS = ["webrtc", "websocket"]


async def steers(program: Program, viewer: Viewer, transport: str) -> None:
    """Check that a page sees the picture and steers through it."""
    await viewer.sees(ORANGE)
    await viewer.steers()
    assert program.canvas.peers[0].stats.transport == transport
    await viewer.page.mouse.click(123, 45)
    await program.event("pointer_up", x=123, y=45)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_behind_nginx_with_tls_and_a_prefix(
    transport: str, serve_program: ServeProgram, new_context: NewContext, tmp_path: Path
) -> None:
    program = await serve_program(
        Canvas((640, 480)),
        token="secret",
        allow_hosts=["lab.localhost"],
        trusted_proxies=["127.0.0.1"],
    )
    program.show(ORANGE)
    async with nginx(tmp_path, port=program.server.port) as url:
        context = await new_context(ignore_https_errors=True)
        viewer = Viewer(await context.new_page())
        await viewer.page.goto(f"{url}?token=secret&transport={transport}")
        await steers(program, viewer, transport)
        (cookie,) = await context.cookies()
        assert (cookie["secure"], cookie["path"]) == (True, "/scene/")
        await viewer.page.close()
        await program.event("leave")


async def test_nginx_passes_on_nothing_that_a_browser_says_in_its_name(
    serve_program: ServeProgram, tmp_path: Path
) -> None:
    program = await serve_program(
        Canvas((640, 480)), open_access=True, trusted_proxies=["127.0.0.1"]
    )
    forged = {"Host": "evil.example", "X-Forwarded-Host": "localhost"}
    async with nginx(tmp_path, port=program.server.port) as url, ClientSession() as http:
        asked = url.replace("lab.localhost", "127.0.0.1")
        async with http.get(f"{asked}api/config", headers=forged, ssl=False) as response:
            assert response.status == 403


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_certificate_of_ones_own(
    transport: str,
    serve_program: ServeProgram,
    new_context: NewContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    program = await serve_program(Canvas((640, 480)), token="secret", self_signed=True)
    program.show(ORANGE)
    context = await new_context(ignore_https_errors=True)
    viewer = Viewer(await context.new_page())
    assert program.server.url.startswith("https://127.0.0.1:")
    await viewer.page.goto(f"{program.server.url}&transport={transport}")
    await steers(program, viewer, transport)
    (cookie,) = await context.cookies()
    assert cookie["secure"]
