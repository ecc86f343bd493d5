"""Exact pixels: what a page shows of a picture that has settled is the program's array, byte for byte."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Route

from rtc_canvas import Canvas

from .conftest import NewContext, OpenViewer, ServeProgram
from .program import Program, flat
from .viewer import Viewer, decode_png

Array = NDArray[np.uint8]

SHOWN = "observer.element.canvas.exactPixels"
HIDDEN = f"!{SHOWN}"

WATCH = """
void (globalThis.seen = []);
observer.element.addEventListener("frame", ({ detail }) =>
  seen.push([detail.picture, observer.element.canvas.exactPixels !== null]));
"""

WATCH_STATES = """
void (globalThis.seen = []);
const visibility = () => [...observer.part(".canvas").querySelectorAll("canvas")].at(-1).style.visibility;
for (const type of ["state", "exact"])
  observer.element.addEventListener(type, ({ detail }) => seen.push([detail.state ?? type, visibility()]));
"""

LISTEN = """
const create = RTCPeerConnection.prototype.createDataChannel;
RTCPeerConnection.prototype.createDataChannel = function (label, options) {
  const channel = create.call(this, label, options);
  channel.addEventListener("message", (event) => onarrival(label, event));
  return channel;
};
"""
"""Calls `onarrival` with each message that comes over WebRTC, before the page gets it."""

LOSE_FRAMES = """
globalThis.onarrival = (label, event) => {
  if (label === "frames" && JSON.parse(event.data).type === "frames") event.stopImmediatePropagation();
};
"""

COUNT_PIECES = """
globalThis.pieces = 0;
globalThis.onarrival = (label, { data }) => (pieces += label === "exact" && typeof data !== "string");
"""

UNABLE = {
    "no frame callbacks": "delete HTMLVideoElement.prototype.requestVideoFrameCallback;",
    "no timestamps": """
const follow = HTMLVideoElement.prototype.requestVideoFrameCallback;
HTMLVideoElement.prototype.requestVideoFrameCallback = function (tell) {
  return follow.call(this, (now, { rtpTimestamp, ...frame }) => tell(now, frame));
};
""",
}

NO_MEMORY = "globalThis.createImageBitmap = () => Promise.reject(new Error('No memory.'));"


def detailed(width: int, height: int, *channels: int, seed: int = 0) -> Array:
    """What no video shows as it is: each pixel another colour."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, *channels), np.uint8)


async def settled(program: Program, seconds: float = 5.0) -> None:
    await asyncio.wait_for(program.canvas.settled(), seconds)


@pytest.mark.parametrize("order", ["rgb", "bgr"])
async def test_every_kind_of_array_comes_out_as_it_is(
    order: Literal["rgb", "bgr"], serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((641, 361), resizable=False, format=order, exact=True))
    program.canvas.push(detailed(641, 361))
    viewer = await open_viewer(program, viewport={"width": 641, "height": 361})
    gray, colour, with_alpha = detailed(641, 361), detailed(641, 361, 3), detailed(98, 77, 4)
    step = 1 if order == "rgb" else -1
    for array, shown in (
        (gray, np.repeat(gray[..., None], 3, axis=2)),
        (colour, colour[..., ::step]),
        (with_alpha, with_alpha[..., :3][..., ::step]),
        (colour[::-2, 1::3], colour[::-2, 1::3, ::step]),
    ):
        program.canvas.push(array)
        await settled(program)
        await viewer.shows_exactly(shown)


async def test_each_pixel_of_the_picture_is_one_of_the_screen(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((321, 241), resizable=False, exact=True))
    array = detailed(321, 241, 3)
    program.canvas.push(array)
    viewer = await open_viewer(program, viewport={"width": 401, "height": 301})
    await viewer.value("void (observer.element.fit = 'none')")
    await settled(program)
    seen = await viewer.screenshot()
    assert np.array_equal(seen[30 : 30 + 241, 40 : 40 + 321], array)


async def test_motion_hides_it_at_once_and_the_next_still_picture_is_shown_again(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    program.canvas.push(detailed(320, 240, 3))
    viewer = await open_viewer(program)
    await viewer.until(SHOWN)
    await viewer.value(WATCH)
    for seed in range(1, 16):
        last = detailed(320, 240, 3, seed=seed)
        program.canvas.push(last)
        await asyncio.sleep(1 / 30)
    await settled(program)
    await viewer.shows_exactly(last)
    seen = await viewer.value("seen")
    moving = [shown for picture, shown in seen if picture != 16]
    assert len(moving) > 5
    assert not any(moving), "no frame of another picture is on the screen beneath exact pixels"


async def test_it_stays_while_the_same_picture_is_sent_again(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    array = detailed(320, 240, 3)
    program.canvas.push(array)
    viewer = await open_viewer(program)
    await viewer.until(SHOWN)
    await viewer.value(WATCH)
    for _ in range(10):
        program.canvas.push(array)
        await asyncio.sleep(0.02)
    # A repeated frame comes every 2.5 s.
    await viewer.until("seen.length >= 2")
    assert all(shown for _, shown in await viewer.value("seen"))
    (peer,) = program.canvas.peers
    assert peer.stats.exact == 1


async def test_the_page_may_want_it_or_not(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False))
    array = detailed(320, 240, 3)
    program.canvas.push(array)
    viewer = await open_viewer(program)
    button = viewer.page.get_by_role("button", name="Exact pixels while nothing moves")
    assert await button.get_attribute("aria-pressed") == "false"
    await settled(program)
    assert await viewer.exact() is None
    await viewer.page.mouse.move(320, 470)
    await button.click()
    await viewer.shows_exactly(array)
    assert await button.get_attribute("aria-pressed") == "true"
    await viewer.value("void (observer.element.exact = false)")
    await viewer.until(HIDDEN)
    await viewer.value("void (observer.element.exact = null)")
    assert await viewer.value("observer.element.canvas.exact") is False
    assert program.types("leave") == []


async def test_the_canvas_says_what_pages_do_by_themselves(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    program.canvas.push(detailed(320, 240, 3))
    viewer = await open_viewer(program)
    await viewer.until(SHOWN)
    assert await viewer.value("observer.element.exact") is None
    await viewer.value("observer.element.setAttribute('exact', 'off')")
    await viewer.until(HIDDEN)
    await viewer.value("observer.element.removeAttribute('exact')")
    await viewer.until(SHOWN)


async def test_what_is_seen_while_the_server_is_away_is_exact(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    array = detailed(320, 240, 3)
    program.canvas.push(array)
    viewer = await open_viewer(program)
    await settled(program)
    await viewer.value(WATCH_STATES)
    (peer,) = program.canvas.peers
    await program.event("join")
    await peer.end("The test ends it.", retry=True)
    await program.event("join")
    await viewer.is_live()
    assert (await viewer.value("seen"))[0] == ["reconnecting", "visible"]
    await settled(program)
    await viewer.shows_exactly(array)
    assert "hidden" in await viewer.value("seen.flat()"), "a frame of the new connection hid it"


async def test_it_shows_although_what_was_told_of_its_video_is_lost(
    serve_program: ServeProgram, new_context: NewContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Then no later frame tells it again before Chromium asks for one, after 3 s.
    monkeypatch.setattr("rtc_canvas.peers.stillness.IDLE_EVERY", 60.0)
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    array = detailed(320, 240, 3)
    program.canvas.push(array)
    context = await new_context()
    await context.add_init_script(LISTEN + LOSE_FRAMES)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.is_live()
    await settled(program, 2.5)
    await viewer.shows_exactly(array)


async def test_an_image_may_come_before_what_shows_it(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    array = detailed(320, 240, 3)
    program.canvas.push(array)
    context = await new_context()
    came = asyncio.Event()

    async def hold(route: Route) -> None:
        await came.wait()
        await route.continue_()

    await context.route("**/static/*/picture/exact.js", hold)
    await context.add_init_script(LISTEN + COUNT_PIECES)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.until("pieces > 0")
    came.set()
    await settled(program)
    await viewer.shows_exactly(array)


# Where it cannot be.


@pytest.mark.parametrize("script", UNABLE.values(), ids=UNABLE)
async def test_a_browser_that_does_not_tell_which_frame_it_shows_gets_refined_video(
    script: str,
    serve_program: ServeProgram,
    new_context: NewContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rtc_canvas.peers.final_quality.SILENCE", 1.0)
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    program.canvas.push(flat((1, 2, 3), 320, 240))
    context = await new_context()
    await context.add_init_script(script)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.origin)
    await viewer.is_live()
    # One that tells nothing of its screen is taken to show what it is sent after a while.
    await settled(program, 4.0)
    assert await viewer.exact() is None


async def test_an_image_that_cannot_be_decoded_is_made_up_for_by_the_video(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False, exact=True))
    program.canvas.push(flat((1, 2, 3), 320, 240))
    context = await new_context()
    await context.add_init_script(NO_MEMORY)
    viewer = Viewer(await context.new_page())
    said: list[str] = []
    viewer.page.on("console", lambda message: said.append(message.text))
    await viewer.page.goto(program.origin)
    await viewer.is_live()
    await settled(program)
    program.canvas.push(flat((4, 5, 6), 320, 240))
    await settled(program)
    assert await viewer.exact() is None
    [line] = said
    assert line.startswith("rtc-canvas: An exact image (320 × 240 pixels, ")
    assert line.endswith("No memory. The video is shown instead.")


# The same as a file.


async def test_the_picture_is_saved_as_it_is(
    serve_program: ServeProgram, open_viewer: OpenViewer, tmp_path: Path
) -> None:
    canvas = Canvas((320, 240), resizable=False, title="Run 7/3")
    program = await serve_program(canvas, token="secret")
    array = detailed(320, 240, 3)
    canvas.push(array)
    viewer = await open_viewer(program, "?token=secret")
    await viewer.page.mouse.move(320, 470)
    async with viewer.page.expect_download() as started:
        await viewer.page.get_by_role("button", name="Save the picture").click()
    download = await started.value
    assert download.suggested_filename.startswith("Run 7 3 20")
    assert download.suggested_filename.endswith(".png")
    await download.save_as(tmp_path / "saved.png")
    assert np.array_equal(decode_png((tmp_path / "saved.png").read_bytes()), array)


async def test_scripts_get_the_picture_too_and_are_told_why_not(
    serve_program: ServeProgram, open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await serve_program(Canvas((320, 240), resizable=False))
    program.canvas.push(flat((1, 2, 3), 320, 240))
    viewer = await open_viewer(program)
    snapshot = "observer.element.canvas.snapshot()"
    size = await viewer.value(f"{snapshot}.then((blob) => [blob.type, blob.size])")
    assert size[0] == "image/png"
    assert size[1] > 100

    def fail(picture: Any) -> bytes:
        raise RuntimeError("The test says so.")

    monkeypatch.setattr("rtc_canvas.peers.exact_images.png", fail)
    program.canvas.push(flat((4, 5, 6), 320, 240))
    said = await viewer.value(f"{snapshot}.catch(({{ message }}) => message)")
    assert said == "The server failed; the program's log says why."
    await viewer.page.mouse.move(320, 470)
    await viewer.page.get_by_role("button", name="Save the picture").click()
    await viewer.says("The server failed")
