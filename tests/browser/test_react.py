"""Canvases in pages that React makes, with no library in between."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from rtc_canvas import Canvas

from .conftest import Elsewhere, NewContext, ServeProgram
from .program import Program
from .react import serve_react

EXAMPLE = Path(__file__).parent.parent.parent / "examples/react"
RED = (220, 30, 30)

CLASS = """
import { createElement as h, StrictMode, useEffect, useRef } from "react";
import { createRoot } from "react-dom/client";
const { RtcCanvas } = await import("%s/static/rtc-canvas.js");
globalThis.made = [];
function Picture() {
  const target = useRef(null);
  useEffect(() => {
    const canvas = new RtcCanvas(target.current, { src: "%s/" });
    made.push(canvas);
    canvas.connect();
    return () => canvas.close();
  }, []);
  return h("div", { ref: target, style: { width: 320, height: 240 } });
}
globalThis.root = createRoot(document.querySelector("#app"));
root.render(h(StrictMode, null, h(Picture)));
"""
"""What replaces the example's script: the class, connected and closed by an effect."""

LISTEN = """
globalThis.complaints = [];
console.error = console.warn = (...said) => complaints.push(said.join(" "));
addEventListener("error", ({ message }) => complaints.push(message));
"""
"""What a page runs first, to keep what React or the browser complains of."""


async def open_example(
    program: Program, elsewhere: Elsewhere, new_context: NewContext, app: str | None = None
) -> Page:
    """Open the example's page, with the program's link behind the #.

    app: what stands in place of its script.
    """
    for file in EXAMPLE.iterdir():
        elsewhere.put(f"/{file.name}", file.read_text(), content_type=TYPES[file.suffix])
    if app:
        elsewhere.put("/app.js", app, content_type=TYPES[".js"])
    context = await new_context()
    await context.add_init_script(LISTEN)
    await serve_react(context)
    page = await context.new_page()
    await page.goto(f"{elsewhere.origin}/index.html#{program.origin}/?token=let-me-in")
    return page


TYPES = {".html": "text/html", ".js": "text/javascript"}


async def served(serve_program: ServeProgram, elsewhere: Elsewhere) -> Program:
    program = await serve_program(
        Canvas((640, 360), resizable=False), token="let-me-in", allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    return program


async def test_the_example(
    serve_program: ServeProgram, elsewhere: Elsewhere, new_context: NewContext
) -> None:
    program = await served(serve_program, elsewhere)
    page = await open_example(program, elsewhere, new_context)
    line = page.get_by_role("status").and_(page.locator("output"))
    await expect(line).to_have_text("live, only watching")
    picture = page.locator("rtc-canvas")
    await picture.click()
    await page.get_by_role("button", name="Take control").click()
    await expect(line).to_have_text("live, you steer")
    # The button gave it the keys, too.
    await page.keyboard.press("k")
    await program.event("key_down", key="k")
    await picture.click()
    await program.event("pointer_down")
    assert program.types("pointer_down") == ["pointer_down"]
    await page.get_by_role("button", name="Only watch").click()
    await expect(line).to_have_text("live, only watching")
    await page.get_by_role("button", name="Close").click()
    await program.event("leave")
    await page.get_by_role("button", name="Open").click()
    await program.event("join")
    await expect(line).to_have_text("live, only watching")
    assert program.types("join", "leave") == ["join", "leave", "join"]
    assert [peer.id for peer in program.canvas.peers] == [program.events[-1]["peer"].id]
    assert await page.evaluate("complaints") == []


async def test_effects_that_run_twice_leave_one_peer(
    serve_program: ServeProgram, elsewhere: Elsewhere, new_context: NewContext
) -> None:
    program = await serve_program(
        Canvas((640, 360), resizable=False), allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    app = CLASS % (program.origin, program.origin)
    page = await open_example(program, elsewhere, new_context, app)
    await page.wait_for_function("() => globalThis.made?.length === 2 && made[1].steering")
    assert await page.evaluate("made.map(({ state }) => state)") == ["closed", "live"]
    assert program.types("join", "leave") == ["join"]
    [peer] = program.canvas.peers
    assert peer.steering
    assert await page.evaluate("complaints") == []
    await page.evaluate("root.unmount()")
    left = await program.event("leave")
    assert left["peer"] is peer
