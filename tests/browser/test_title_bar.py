"""The bar at the top of <rtc-canvas>: its title, being minimised to it, and full screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from rtc_canvas import Canvas, DrawRequest

from .conftest import Elsewhere, ServeProgram
from .program import Program, flat
from .viewer import Viewer

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 210)
BAR = 34
"""CSS pixels that the bar is high."""

HEIGHT = "observer.element.clientHeight"


async def served(
    serve_program: ServeProgram, elsewhere: Elsewhere, *, resizable: bool = False
) -> Program:
    """A program that shows red to the page elsewhere."""
    canvas = Canvas((640, 480), resizable=resizable, title="Bubbles")
    program = await serve_program(canvas, allow_origins=[elsewhere.origin])
    program.show(RED)
    return program


def tag(program: Program, attributes: str = "titlebar", style: str = "") -> str:
    """An element of 320 x 240 pixels for the picture, and the bar above them, unless its style says otherwise."""
    return f"""<style>rtc-canvas {{ width: 320px; height: {240 + BAR}px; {style} }}</style>
      <rtc-canvas src="{program.origin}/" {attributes}></rtc-canvas>"""


def button(viewer: Viewer, name: str = "Minimise") -> Locator:
    """One of the bar's."""
    return viewer.page.get_by_role("button", name=name)


async def is_minimised(program: Program, viewer: Viewer, height: int = BAR) -> None:
    """Wait until the element is as high as its bar, and nothing is encoded for it."""
    await viewer.until(f"{HEIGHT} === {height}")
    await program.until(lambda: program.canvas.peers and not program.canvas.has_viewers)


async def test_the_programs_title_is_shown_and_changes(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program, ""))
    await viewer.sees(RED)
    assert not await viewer.value("observer.part('.title-bar')")
    await viewer.value("void (observer.element.titlebar = true)")
    title = viewer.page.locator(".title-bar .title")
    await expect(title).to_have_text("Bubbles")
    await expect(title).to_be_visible()
    program.canvas.title = "Bubbles, second run"
    await expect(title).to_have_text("Bubbles, second run")
    program.canvas.title = ""
    await expect(title).to_have_text("Canvas")
    await viewer.value("void (observer.element.titlebar = false)")
    await expect(title).to_be_hidden()


async def test_the_picture_and_the_pointer_are_below_it(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program))
    await viewer.sees(RED)
    await viewer.steers()
    await viewer.page.mouse.click(100, BAR + 50)
    await program.event("pointer_down", x=200, y=100)
    # The first and the last row of the picture, and nothing of it in the bar.
    await viewer.shows((160, BAR), RED)
    await viewer.shows((160, BAR + 239), RED)
    await viewer.shows((200, 3), (19, 21, 25))
    await viewer.page.mouse.click(100, BAR // 2)
    await viewer.page.mouse.click(100, BAR + 100)
    await program.event("pointer_down")
    assert [event["y"] for event in program.events if event["type"] == "pointer_down"] == [100, 200]


async def test_minimised_only_the_bar_is_left_and_nothing_is_encoded(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere, resizable=True)
    viewer = await elsewhere.open(program, tag(program))
    await program.event("resize", width=320, height=240)
    program.show(RED)
    await viewer.sees(RED)
    await expect(button(viewer)).to_have_attribute("aria-pressed", "false")
    await button(viewer).click()
    await is_minimised(program, viewer)
    await expect(button(viewer)).to_have_attribute("aria-pressed", "true")
    (peer,) = program.canvas.peers
    program.show(GREEN)
    # By the keyboard, as a person without a pointer does.
    await viewer.page.keyboard.press("Enter")
    await viewer.sees(GREEN)
    await viewer.until(f"{HEIGHT} === {240 + BAR}")
    program.show(BLUE)
    await viewer.sees(BLUE)
    # A message that comes after whatever the page may have said of its size.
    await viewer.steers()
    await viewer.page.mouse.click(100, BAR + 50)
    await program.event("pointer_down", x=100, y=50)
    assert program.types("resize", "join", "leave") == ["join", "resize"]
    assert program.canvas.peers == (peer,)


async def test_a_script_minimises_and_is_told(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(
        program,
        f"""<script>globalThis.told = [];</script>{tag(program, "")}<script>
          document.querySelector("rtc-canvas").addEventListener("minimise", ({{ detail }}) => {{
            told.push(detail.minimised);
          }});
        </script>""",
    )
    await viewer.sees(RED)
    await viewer.steers()
    await viewer.page.mouse.click(100, 100)
    await viewer.page.keyboard.down("a")
    await program.event("key_down", key="a")
    await viewer.value("void (observer.element.minimised = true)")
    # Without a bar, nothing is left.
    await is_minimised(program, viewer, 0)
    # What was down is up, and the keys are the page's.
    await program.event("key_up", key="a")
    assert not await viewer.value("observer.element.matches(':focus')")
    await viewer.value("observer.element.setAttribute('minimised', 'still')")
    await viewer.value("observer.element.removeAttribute('minimised')")
    program.show(GREEN)
    await viewer.sees(GREEN)
    assert await viewer.value("told") == [True, False]


async def test_minimised_from_the_start_it_comes_with_its_size(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere, resizable=True)
    viewer = await elsewhere.open(program, tag(program, "titlebar minimised"))
    await viewer.until("observer.element.canvas?.steering")
    await is_minimised(program, viewer)
    assert program.types("resize") == []
    await button(viewer).click()
    await program.event("resize", width=320, height=240)
    program.show(GREEN)
    await viewer.sees(GREEN)


@pytest.mark.parametrize(
    ("style", "around"),
    [
        ("height: 300px !important; min-height: 200px", ""),
        ("height: auto; aspect-ratio: 4 / 3", ""),
        ("height: auto; position: fixed; inset: 0", ""),
        ("height: 50vh; box-sizing: border-box; border: 2px solid", ""),
        ("height: auto; flex: 1", "display: flex; flex-direction: column; height: 400px"),
        ("height: auto; flex: 1", "display: flex; height: 400px"),
        ("height: auto", "display: grid; height: 400px"),
    ],
)
async def test_whatever_gives_it_its_height(
    style: str, around: str, serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    element = tag(program, style=style)
    viewer = await elsewhere.open(program, f'<div style="{around}">{element}</div>')
    await viewer.sees(RED)
    width, height = await viewer.value(f"[observer.element.clientWidth, {HEIGHT}]")
    await button(viewer).click()
    await is_minimised(program, viewer)
    assert await viewer.value("observer.element.clientWidth") == width
    # The program's wish counts, once it is to be seen.
    program.canvas.css_size = (None, "222px")
    await viewer.until("observer.element.style.height.includes('222px')")
    assert await viewer.value(HEIGHT) == BAR
    program.canvas.css_size = (None, None)
    await viewer.until("observer.element.style.height === ''")
    await button(viewer).click()
    await viewer.until(f"{HEIGHT} === {height}")


async def test_the_height_that_the_program_says_is_the_pictures(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    canvas = Canvas((640, 480))
    program = await serve_program(canvas, allow_origins=[elsewhere.origin])
    program.show(RED)
    viewer = await elsewhere.open(program, f'<div style="height: 400px">{tag(program)}</div>')
    await program.event("resize", width=320, height=240)
    # 1em is 13px there.
    for said, height in [("200px", 200), ("10em", 130), ("calc(100px + 20px * 2)", 140)]:
        canvas.css_size = (None, said)
        await program.event("resize", width=320, height=height)
        assert await viewer.value(HEIGHT) == height + BAR
    # Shares of the page are the whole element's.
    for said, height in [("50%", 200), ("75vh", 360), ("calc(100dvh - 50px)", 430)]:
        canvas.css_size = (None, said)
        await program.event("resize", width=320, height=height - BAR)
        assert await viewer.value(HEIGHT) == height
    canvas.css_size = (None, "150px")
    await program.event("resize", width=320, height=150)
    await viewer.value("void (observer.element.titlebar = false)")
    await viewer.until(f"{HEIGHT} === 150")
    canvas.css_size = (None, "max-content")
    await viewer.until("observer.element.style.height === 'max-content'")


async def test_full_screen_leaves_no_room_for_being_minimised(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program, "titlebar controls"))
    await viewer.sees(RED)
    await button(viewer).click()
    await is_minimised(program, viewer)
    await button(viewer, "Full screen").click()
    await viewer.until("observer.element.matches(':fullscreen') && !observer.element.minimised")
    await expect(button(viewer)).to_be_hidden()
    program.show(GREEN)
    await viewer.shows((320, 240), GREEN)
    # The keys are the program's, not the button's.
    await viewer.page.keyboard.press("a")
    await program.event("key_down", key="a")
    await viewer.value("void (observer.element.minimised = true)")
    await viewer.until("!document.fullscreenElement")
    await is_minimised(program, viewer)


async def test_the_button_for_full_screen_says_what_it_does(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program, "controls"))
    await viewer.sees(RED)
    await viewer.page.mouse.move(160, 260)
    await button(viewer, "Full screen").click()
    await viewer.until("observer.element.matches(':fullscreen')")
    # A bar that comes only then knows.
    await viewer.value("void (observer.element.titlebar = true)")
    await expect(viewer.page.locator(".title-bar .full-screen")).to_have_attribute(
        "aria-label", "Leave full screen"
    )
    await button(viewer, "Leave full screen").click()
    await expect(button(viewer, "Full screen")).to_be_visible()
    await button(viewer, "Full screen").click()
    await expect(button(viewer, "Leave full screen")).to_be_visible()
    # Taken out and put in again, it does not fill the screen.
    await viewer.value("void (globalThis.taken = observer.element).remove()")
    await viewer.until("!document.fullscreenElement")
    await viewer.value("document.body.append(taken)")
    for place in (".title-bar", ".bar"):
        await expect(viewer.page.locator(f"{place} .full-screen")).to_have_attribute(
            "aria-label", "Full screen"
        )


async def test_in_full_screen_it_keeps_clear_of_what_a_phone_has_in_its_screen(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program))
    await viewer.sees(RED)
    devtools = await viewer.page.context.new_cdp_session(viewer.page)
    insets = {"top": 40, "left": 30, "right": 20, "bottom": 0}
    await devtools.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    picture = "observer.part('.canvas').getBoundingClientRect()"
    await viewer.until(f"{picture}.top === {BAR}")
    await button(viewer, "Full screen").click()
    await viewer.until(f"{picture}.top === {BAR + 40}")
    title = "observer.part('.title-bar .title').getBoundingClientRect()"
    leave = "observer.part('.title-bar .full-screen').getBoundingClientRect()"
    assert await viewer.value(f"{title}.left") == 30
    assert await viewer.value(f"{leave}.right") == 640 - 20
    assert await viewer.value(f"Math.min({title}.top, {leave}.top)") >= 40
    await button(viewer, "Leave full screen").click()
    await viewer.until(f"{picture}.top === {BAR}")


async def test_its_user_resizes_it_where_the_page_lets_them(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    canvas = Canvas((640, 480))

    @canvas.draw
    def draw(request: DrawRequest) -> Any:
        return flat(RED, *request.size)

    program = await serve_program(canvas, allow_origins=[elsewhere.origin])
    viewer = await elsewhere.open(program, tag(program, style="resize: both"))
    await viewer.sees(RED)
    await viewer.page.mouse.move(316, 270)
    await viewer.page.mouse.down()
    await viewer.page.mouse.move(366, 300, steps=3)
    await viewer.page.mouse.up()
    await program.event("resize", width=370, height=270)
    assert program.types("pointer_down") == []


async def test_a_bar_that_cannot_be_loaded_is_tried_again(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program, "controls"))
    await viewer.sees(RED)
    said: list[str] = []
    viewer.page.on("console", lambda message: said.append(message.text))
    viewer.page.on("pageerror", lambda error: said.append(f"Not handled: {error}"))
    await viewer.page.route("**/title-bar.js", lambda route: route.abort())
    await viewer.value("void (observer.element.titlebar = true)")
    await viewer.until("observer.element.dataset.titlebar === 'missing'")
    # No strip is left of it, and what it would have is elsewhere.
    await viewer.until("observer.part('.canvas').clientHeight === observer.element.clientHeight")
    await viewer.page.mouse.move(160, 260)
    await expect(button(viewer, "Full screen")).to_be_visible()
    await viewer.page.unroute("**/title-bar.js")
    # Another connection, as after a time without the server.
    await viewer.value("void (observer.element.codec = 'vp8')")
    await expect(viewer.page.locator(".title-bar .title")).to_have_text("Bubbles")
    assert await viewer.value("observer.part('.title-bar').clientHeight") == BAR - 1
    assert await viewer.value("observer.element.dataset.titlebar") is None
    (warning,) = (text for text in said if text.startswith(("rtc-canvas", "Not handled")))
    assert warning.startswith("rtc-canvas: The title bar could not be loaded (TypeError")
