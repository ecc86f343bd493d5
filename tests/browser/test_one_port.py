"""The media of all pages come over one port."""

from __future__ import annotations

from pathlib import Path

from rtc_canvas import Canvas

from .conftest import NewContext, ServeProgram
from .viewer import Viewer

WAYS = Path(__file__).with_name("ways.js")
ORANGE, GREEN = (200, 120, 40), (30, 200, 60)


async def test_five_pages_on_one_udp_port(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False))
    program.show(ORANGE)
    context = await new_context()
    await context.add_init_script(path=WAYS)
    viewers = []
    for _ in range(5):
        viewers.append(Viewer(await context.new_page()))
        await viewers[-1].page.goto(program.origin)
        await viewers[-1].sees(ORANGE)
    for viewer in viewers:
        taken = await viewer.value("ways.taken()")
        assert (taken["protocol"], taken["port"]) == ("udp", program.server.port)
        offered = await viewer.value("ways.offered()")
        assert {port for _, _, port in offered} == {program.server.port}
    assert udp_sockets_on(program.server.port) <= 2  # one for IPv4, one for IPv6
    await viewers[0].page.close()
    await program.event("leave")
    program.show(GREEN)
    for viewer in viewers[1:]:
        await viewer.sees(GREEN)
    assert len(program.canvas.peers) == 4


def udp_sockets_on(port: int) -> int:
    tables = [Path("/proc/net/udp"), Path("/proc/net/udp6")]
    lines = [line for table in tables if table.exists() for line in table.read_text().splitlines()]
    return sum(line.split()[1].endswith(f":{port:04X}") for line in lines)
