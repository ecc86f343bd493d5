"""Debian's Firefox, driven by puppeteer-core over WebDriver BiDi."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from rtc_canvas import Canvas

from .conftest import ServeProgram, need

FIREFOX = Path("/usr/bin/firefox-esr")
SCRIPT = Path(__file__).with_name("firefox.mjs")
PUPPETEER = Path(__file__).parents[2] / "node_modules/puppeteer-core"

ORANGE = (200, 120, 40)


@pytest.mark.parametrize("transport", ["webrtc", "websocket"])
async def test_a_vp8_picture_its_exact_pixels_and_a_click(
    serve_program: ServeProgram, transport: str
) -> None:
    need(FIREFOX, "apt-get install -y firefox-esr nodejs npm")
    need(PUPPETEER, "npm ci")
    program = await serve_program(Canvas((640, 480), resizable=False, exact=True))
    program.show(ORANGE)
    firefox = await asyncio.create_subprocess_exec(
        *("node", str(SCRIPT), f"{program.origin}/?codec=vp8&transport={transport}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert firefox.stdin is not None
    assert firefox.stdout is not None
    try:
        color = json.loads(await firefox.stdout.readline())
        # Firefox takes all VP8 for BT.601, whatever the video says.
        assert color == pytest.approx(ORANGE, abs=12)
        assert json.loads(await firefox.stdout.readline()) == [*ORANGE, 255]
        await program.event("pointer_down", x=123, y=45, button=1)
        await program.event("pointer_up", x=123, y=45, buttons=())
        (peer,) = program.canvas.peers
        assert (peer.stats.codec, peer.stats.transport) == ("vp8", transport)
    finally:
        firefox.stdin.close()
        assert await firefox.wait() == 0
    await program.event("leave")
