"""A page that comes over IPv6, and so do its media."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession

from rtc_canvas import Canvas
from rtc_canvas.net.interfaces import interfaces

from .conftest import NewContext, ServeProgram
from .viewer import Viewer

pytestmark = pytest.mark.skipif(
    not any(each.address == "::1" for each in interfaces()), reason="This machine has no IPv6."
)

WAYS = Path(__file__).with_name("ways.js")
ORANGE = (200, 120, 40)


def has_ipv6_address() -> bool:
    """Whether the machine has one besides that of its loopback."""
    return any(":" in each.address and not each.is_loopback for each in interfaces())


@pytest.mark.parametrize(("host", "transport"), [("::1", "webrtc"), ("::", "websocket")])
async def test_a_page_over_ipv6(
    host: str, transport: str, serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False), host=host, token="secret")
    program.show(ORANGE)
    # Without the right to a camera Chromium starts from its default addresses only, and leaves
    # out that of IPv6 in every sixth connection.
    context = await new_context(permissions=["camera", "microphone"])
    await context.add_init_script(path=WAYS)
    viewer = Viewer(await context.new_page())
    port = program.server.port
    await viewer.page.goto(f"http://[::1]:{port}/?token=secret&transport={transport}")
    await viewer.sees(ORANGE)
    await viewer.steers()
    (peer,) = program.canvas.peers
    assert peer.stats.transport == transport
    if transport == "webrtc":
        # It changes over once IPv6 answers too; a browser that has no such address has none to start from.
        if has_ipv6_address():
            await viewer.until("ways.taken().then((taken) => taken?.address.includes(':'))")
        taken = await viewer.value("ways.taken()")
        assert (":" in taken["address"]) == has_ipv6_address()
        assert (taken["protocol"], taken["port"]) == ("udp", port)
    await viewer.page.mouse.click(320, 240)
    await program.event("pointer_up")


async def test_other_hosts_and_origins_are_refused_over_ipv6(serve_program: ServeProgram) -> None:
    program = await serve_program(Canvas((640, 480)), host="::1", token="secret")
    own = f"[::1]:{program.server.port}"
    async with ClientSession(headers={"Authorization": "Bearer secret"}) as http:

        async def status(host: str, origin: str) -> int:
            headers = {"Host": host, "Origin": origin}
            async with http.get(f"http://{own}/api/config", headers=headers) as answer:
                return answer.status

        assert await status(own, f"http://{own}") == 200
        assert await status("elsewhere.example", f"http://{own}") == 403
        assert await status("elsewhere.example", "http://elsewhere.example") == 403
        assert await status(own, "http://elsewhere.example") == 403
        assert await status(own, "http://[::1]:1") == 403
        assert await status(own, "http://[::2]") == 403
        assert (
            await status(f"[::1]:{program.server.port}.elsewhere.example", f"http://{own}") == 403
        )
