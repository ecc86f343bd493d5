"""Keys, text and focus."""

from __future__ import annotations

from rtc_canvas import Canvas

from .conftest import Elsewhere, OpenViewer, ServeProgram
from .program import Program
from .viewer import Viewer

RELEASES = ("key_up", "pointer_up", "focus_out")


async def steering(serve_program: ServeProgram, open_viewer: OpenViewer) -> tuple[Program, Viewer]:
    """A program, and a viewer who steers it and whose page has given the canvas the keyboard."""
    program = await serve_program(Canvas((640, 480), resizable=False))
    program.show((0, 0, 0))
    viewer = await open_viewer(program)
    await viewer.steers()
    await program.event("focus_in")
    return program, viewer


async def test_a_key_without_a_click_before(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.keyboard.press("a")
    await program.event("key_down", key="a", code="KeyA", modifiers=(), repeat=False)
    await program.event("char", data="a", is_composing=False)
    await program.event("key_up", key="a", code="KeyA", modifiers=())


async def test_modifiers_and_keys_without_text(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.keyboard.press("Shift+ArrowLeft")
    await program.event("key_down", key="Shift", code="ShiftLeft", modifiers=("Shift",))
    await program.event("key_down", key="ArrowLeft", code="ArrowLeft", modifiers=("Shift",))
    await program.event("key_up", key="ArrowLeft", modifiers=("Shift",))
    await program.event("key_up", key="Shift", modifiers=())
    assert program.types("char") == []


async def test_a_key_that_is_held_repeats(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.keyboard.down("w")
    await viewer.page.keyboard.down("w")
    await viewer.page.keyboard.up("w")
    await program.event("key_down", key="w", repeat=False)
    await program.event("key_down", key="w", repeat=True)
    await program.event("key_up", key="w")
    assert program.types("char") == ["char", "char"]


async def test_text_of_an_input_method(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    devtools = await viewer.page.context.new_cdp_session(viewer.page)
    await devtools.send(
        "Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1}
    )
    await devtools.send("Input.insertText", {"text": "日本"})
    await program.event("char", data="に", is_composing=True)
    await program.event("char", data="日本", is_composing=False)


async def test_a_key_knows_where_the_pointer_is(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.mouse.move(70, 80)
    await viewer.page.keyboard.press("m")
    await program.event("pointer_move", x=70, y=80)
    await program.event("key_down", key="m", x=70, y=80)


async def test_what_is_down_is_released_when_the_focus_goes(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.mouse.move(50, 60)
    await viewer.page.mouse.down()
    await viewer.page.keyboard.down("q")
    await program.event("key_down", code="KeyQ")
    await viewer.value("observer.element.shadowRoot.activeElement.blur()")
    released = [await program.event(*RELEASES) for _ in RELEASES]
    assert {event["type"] for event in released} == set(RELEASES)
    assert {event["code"] for event in released if event["type"] == "key_up"} == {"KeyQ"}


async def test_what_is_down_is_released_when_the_tab_goes(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.page.keyboard.down("q")
    await program.event("key_down", code="KeyQ")
    await viewer.page.close()
    await program.event("key_up", code="KeyQ")
    await program.event("leave")


async def test_focus_comes_and_goes(serve_program: ServeProgram, open_viewer: OpenViewer) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await viewer.value("observer.element.shadowRoot.activeElement.blur()")
    await program.event("focus_out")
    await viewer.value("observer.element.focus()")
    await program.event("focus_in")


async def test_tab_is_the_programs_until_escape(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    program.show((0, 0, 0))
    viewer = await elsewhere.open(
        program, f'<rtc-canvas src="{program.origin}/"></rtc-canvas><button>Next</button>'
    )
    await viewer.steers()
    await viewer.value("observer.element.focus()")
    await viewer.page.keyboard.press("Tab")
    await program.event("key_down", key="Tab")
    assert await viewer.value("document.activeElement.localName") == "rtc-canvas"
    await viewer.page.keyboard.press("Escape")
    await viewer.page.keyboard.press("Tab")
    await program.event("key_down", key="Escape")
    await program.event("focus_out")
    await viewer.until("document.activeElement.localName === 'button'")
    tabs = [event for event in program.events if event.get("key") == "Tab"]
    assert [event["type"] for event in tabs] == ["key_down", "key_up"]


async def test_where_the_keyboard_goes_is_seen_on_the_picture(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    program.show((0, 0, 0))
    await viewer.sees((0, 0, 0))
    await viewer.value("observer.element.focus()")
    assert (await viewer.screenshot())[:4, 300].max() < 40, "a script or a click draws none"
    await viewer.page.keyboard.press("Escape")
    await viewer.page.keyboard.press("Shift+Tab")
    await viewer.page.keyboard.press("Tab")
    await viewer.until("document.activeElement.localName === 'rtc-canvas'")
    assert (await viewer.screenshot())[:2, 300].max(axis=1).min() > 60


async def test_shortcuts_of_the_browser_stay_its_own(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await write_down_prevented_keys(viewer)
    shortcuts = ["F5", "F11", "F12", "Control+r", "Control+t", "Control+w", "Control+l"]
    for shortcut in (*shortcuts, "Control+Shift+i", "x"):
        await viewer.page.keyboard.press(shortcut)
    await program.event("key_down", key="x")
    pressed = [event["key"] for event in program.events if event["type"] == "key_down"]
    assert set(pressed) == {"Control", "Shift", "x"}
    prevented = await viewer.value("prevented")
    assert not any(prevented[key] for key in ("F5", "F11", "F12", "r", "t", "w", "l", "i"))


async def test_other_keys_are_the_programs(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program, viewer = await steering(serve_program, open_viewer)
    await write_down_prevented_keys(viewer)
    for keys in ("Control+a", "Control+s", "Control+z", "ArrowDown", "F1", "Backspace", "Space"):
        await viewer.page.keyboard.press(keys)
    await program.event("char", data=" ")
    pressed = [event["code"] for event in program.events if event["type"] == "key_down"]
    expected = ["KeyA", "KeyS", "KeyZ", "ArrowDown", "F1", "Backspace", "Space"]
    assert [code for code in pressed if code != "ControlLeft"] == expected
    prevented = await viewer.value("prevented")
    assert all(prevented[key] for key in ("a", "s", "z", "ArrowDown", "F1", "Backspace"))
    # A key that makes text must be let through; the text goes to the program and stays nowhere in the page.
    assert not prevented[" "]
    assert await viewer.value("observer.part('textarea').value") == ""


async def write_down_prevented_keys(viewer: Viewer) -> None:
    """Have the page write down by key, in `prevented`, whether it kept that from the browser."""
    await viewer.value(
        """(globalThis.prevented = {}, void addEventListener("keydown", (event) => {
             prevented[event.key] = event.defaultPrevented;
           }))"""
    )
