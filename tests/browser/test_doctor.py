"""The doctor, and the page's own diagnosis: each trouble is caused, and has to be told with what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rtc_canvas import Canvas, IceServer, TurnSecret
from rtc_canvas.doctor.command import Checkup, findings
from rtc_canvas.doctor.ice_probe import Credentials, try_ice_server
from rtc_canvas.doctor.judgements import judge_ice_server

from .conftest import NewContext, ServeProgram
from .coturn import coturn
from .proxy import proxy
from .viewer import Viewer

SECRET = "north"
STATIC = Path(__file__).parents[2] / "static"

PUBLISHED = """
    const original = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        sdp = sdp.replace(/^(a=candidate:\\S+ 1 \\w+ \\d+ )\\S+/gm, '$1172.17.0.99');
        return original.call(this, { type, sdp });
    };
"""
"""As from a container whose ports are published: its addresses are good inside only."""

NO_CODEC = """
    const original = RTCRtpTransceiver.prototype.setCodecPreferences;
    RTCRtpTransceiver.prototype.setCodecPreferences = function () {
        const { codecs } = RTCRtpReceiver.getCapabilities('video');
        original.call(this, codecs.filter(({ mimeType }) => mimeType === 'video/VP9'));
    };
"""
"""A browser that decodes nothing that the server encodes."""


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_the_doctor_tries_turn_servers(tmp_path: Path, transport: str) -> None:
    async with coturn(tmp_path, secret=SECRET) as relay:
        url = relay.urls(transport)
        wrong = IceServer(url, "me", "wrong")
        secrets = [TurnSecret(url, SECRET), TurnSecret(url, "south")]
        checkup = Checkup(None, "127.0.0.1", 0, [*secrets, wrong])
        said = [each async for each in findings(checkup, patience=2)][-3:]
        assert [finding.mark for finding in said] == ["ok", "problem", "problem"]
        assert "relays" in said[0].text
        assert "static-auth-secret" in said[1].advice
        assert "password" in said[2].text
        expired = TurnSecret(url, SECRET).entry("me", 1_700_000_000)["username"]
        outcome = await try_ice_server(url, Credentials(expired, "old"), patience=2)
        told = judge_ice_server(url, outcome, username=expired, now=1_800_000_000)
        assert "expired" in told.text


async def diagnosed(page: Viewer, tried: str, *words: str) -> None:
    """Wait until the page says, of one way, all of these words."""
    item = page.page.locator(".findings li", has_text=tried)
    for word in words:
        await item.filter(has_text=word).first.wait_for()


async def test_the_page_says_why_neither_way_gets_through(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)))
    async with proxy(program.origin, "/lab", upgrades=False) as url:
        context = await new_context()
        await context.add_init_script(PUBLISHED)
        page = await context.new_page()
        await page.clock.install()
        async with page.expect_response("**/whep/main"):
            await page.goto(url)
        viewer = Viewer(page)
        # 3 s until the WebSocket is tried, and 15 s until WebRTC is given up; answers take their time between.
        async with asyncio.timeout(30):
            while not await page.locator(".findings li").count():
                await page.clock.run_for(500)
        await diagnosed(viewer, "UDP", "172.17.0.99", "Docker", "--public-address 127.0.0.1")
        await diagnosed(viewer, "WebSocket", "does not pass the upgrade on", "nginx")
        await viewer.says("no video arrives", "Docker")


@pytest.mark.parametrize("expired", [False, True])
async def test_the_page_says_why_a_turn_server_refuses(
    serve_program: ServeProgram, new_context: NewContext, tmp_path: Path, expired: bool
) -> None:
    async with coturn(tmp_path, secret=SECRET) as relay:
        url = relay.urls("udp")
        old = TurnSecret(url, SECRET).entry("me", 1_700_000_000)
        server = (
            IceServer(url, old["username"], old["credential"])
            if expired
            else TurnSecret(url, "south")
        )
        program = await serve_program(Canvas((640, 480)), ice_servers=[server])
        viewer = Viewer(await (await new_context()).new_page())
        await viewer.page.goto(f"{program.origin}/?relay&transport=webrtc")
        words = ["have expired (401)", "Reload"] if expired else ["refuses the credentials (401)"]
        await diagnosed(viewer, url, *words)


async def test_the_page_says_that_it_came_another_way(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    context = await new_context()
    page = await context.new_page()
    html = """<!doctype html><script type="module" src="/static/rtc-canvas-element.js"></script>
        <rtc-canvas src="http://canvas.example/"></rtc-canvas>"""
    await page.route(
        "https://page.example/static/**",
        lambda route: route.fulfill(path=STATIC / route.request.url.partition("/static/")[2]),
    )
    await page.route(
        "https://page.example/", lambda route: route.fulfill(body=html, content_type="text/html")
    )
    await page.goto("https://page.example/")
    await Viewer(page).says("came by https", "--self-signed")


async def test_the_page_says_that_there_is_no_codec(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480)))
    context = await new_context()
    await context.add_init_script(NO_CODEC)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(f"{program.origin}/?transport=webrtc")
    await viewer.says("Not connected", "Try another browser")
    # It shows the picture all the same where it may choose its way.
    program.show((30, 200, 60))
    await viewer.page.goto(program.origin)
    await viewer.sees((30, 200, 60))
