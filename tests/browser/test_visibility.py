"""Nothing is encoded for a page that nobody sees."""

from __future__ import annotations

import pytest

from rtc_canvas import Canvas

from .conftest import Elsewhere, OpenViewer, ServeProgram
from .program import Program
from .viewer import Viewer

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 210)

# Headless Chromium shows every tab: the page is told otherwise.
SET_VISIBILITY = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def is_not_encoded_for(program: Program, viewer: Viewer) -> None:
    """Check it with a page that is out of sight by now or soon."""
    (peer,) = program.canvas.peers
    await program.until(lambda: not program.canvas.has_viewers)
    assert not program.canvas.wants_frame
    frames = peer.stats.frames
    for _ in range(5):
        program.show(GREEN)
        await viewer.value("new Promise(requestAnimationFrame)")
    # One may have been in the encoder at that moment.
    assert peer.stats.frames <= frames + 1
    assert "visible" not in peer.stats.key_frames


async def gets_a_key_frame(program: Program, viewer: Viewer) -> None:
    """Check that the page, being back in sight, shows what is new."""
    await viewer.sees(GREEN)
    assert program.canvas.has_viewers
    (peer,) = program.canvas.peers
    assert peer.stats.key_frames["visible"] == 1
    program.show(BLUE)
    await viewer.sees(BLUE)


async def test_a_hidden_tab(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    viewer = await open_viewer(program)
    await viewer.steers()
    await viewer.page.keyboard.down("a")
    await program.event("key_down")
    await viewer.page.evaluate(SET_VISIBILITY, "hidden")
    await is_not_encoded_for(program, viewer)
    await program.event("key_up", code="KeyA")
    await viewer.page.evaluate(SET_VISIBILITY, "visible")
    await gets_a_key_frame(program, viewer)


@pytest.mark.parametrize(
    ("hide", "show"),
    [
        ("observer.element.style.display = 'none'", "observer.element.style.display = ''"),
        ("observer.element.style.width = '0'", "observer.element.style.width = ''"),
        ("scrollTo(0, 3000)", "scrollTo(0, 0)"),
    ],
    ids=["not displayed", "without width", "scrolled away"],
)
async def test_an_element_out_of_sight(
    hide: str, show: str, serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    viewer = await elsewhere.open(
        program,
        f"""<style>rtc-canvas {{ width: 320px; height: 240px }}</style>
        <rtc-canvas src="{program.origin}/"></rtc-canvas><div style="height: 5000px"></div>""",
    )
    await viewer.is_live()
    await viewer.value(f"void ({hide})")
    await is_not_encoded_for(program, viewer)
    await viewer.value(f"void ({show})")
    await gets_a_key_frame(program, viewer)


async def test_a_page_that_is_opened_hidden(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show(RED)
    viewer = await open_viewer(program)
    await viewer.page.add_init_script(f"({SET_VISIBILITY})('hidden')")
    await viewer.page.reload()
    await program.event("leave")
    await program.event("join")
    await viewer.until("observer.element.canvas.state === 'live'")
    await program.until(lambda: not program.canvas.has_viewers)
