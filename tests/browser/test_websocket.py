"""A page that has only a WebSocket."""

from __future__ import annotations

from rtc_canvas import Canvas

from .conftest import OpenViewer, ServeProgram

ORANGE, GREEN = (200, 120, 40), (30, 200, 60)


async def test_a_picture_and_input_over_a_websocket_alone(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480)))
    program.show(ORANGE)
    viewer = await open_viewer(program, "?transport=websocket")
    await viewer.sees(ORANGE)
    await viewer.steers()
    (peer,) = program.canvas.peers
    assert peer.stats.transport == "websocket"
    program.show(GREEN)
    await viewer.sees(GREEN)
    await viewer.page.mouse.click(123, 45)
    await program.event("pointer_down", x=123, y=45, button=1)
    await viewer.page.set_viewport_size({"width": 500, "height": 400})
    await program.event("resize", width=500, height=400)
