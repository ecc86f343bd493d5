"""What is under the pointer: the program's own value for what the page shows."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Locator, expect

from rtc_canvas import Canvas, ProbeRequest

from .conftest import NewContext, OpenViewer, ServeProgram
from .program import PATIENCE, Program
from .viewer import Viewer

CANVAS = "observer.element.canvas"

UNKNOWN = "The page does not know which picture it shows."

LEVELS = 12
"""Levels of grey, 20 apart, that are told apart after the video."""


def grey(index: int) -> NDArray[np.uint8]:
    """A picture whose level tells its index modulo LEVELS."""
    return np.full((240, 320), 10 + 20 * (index % LEVELS), np.uint8)


def still(probe: Callable[[ProbeRequest], object], **options: Any) -> Canvas:
    """A canvas with one picture, called "still"."""
    canvas = Canvas((320, 240), resizable=False)
    canvas.push(grey(4), id="still")
    canvas.probe(**options)(probe)
    return canvas


def playing(probe: Callable[[ProbeRequest], object]) -> Canvas:
    """A canvas that draws 30 pictures a second, each of another grey."""
    canvas = Canvas((320, 240), resizable=False, mode="continuous", fps=30)
    canvas.draw(lambda request: grey(request.index))
    canvas.probe(probe)
    return canvas


async def ask(viewer: Viewer, *point: float) -> dict[str, Any]:
    """The answer, or what the Error says as "error"."""
    asked = f"{CANVAS}.probe({', '.join(map(str, point))})"
    answer: dict[str, Any] = await viewer.value(
        f"{asked}.catch((error) => ({{ error: error.message }}))"
    )
    return answer


async def sent(program: Program, frames: int) -> None:
    """Wait until the only viewer was sent so many frames more."""
    (peer,) = program.canvas.peers
    before = peer.stats.frames
    await program.until(lambda: peer.stats.frames >= before + frames)


def readout(viewer: Viewer) -> Locator:
    return viewer.page.locator("rtc-canvas .probe")


# The picture on the screen.

ASK_WHILE_PLAYING = """async (count) => {
  const { canvas } = observer.element;
  const asked = [];
  while (asked.length < count) {
    await new Promise((resolve) => canvas.addEventListener("frame", resolve, { once: true }));
    const [level] = observer.frame(160, 120, 1, 1).data;
    asked.push([level, (await canvas.probe(160, 120)).value]);
  }
  return asked;
}"""


async def test_the_answer_is_about_the_picture_on_the_screen_while_newer_ones_come(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(playing(lambda request: request.id))
    viewer = await open_viewer(program)
    asked = await viewer.page.evaluate(ASK_WHILE_PLAYING, 15)
    behind = [(round((level - 10) / 20) - index) % LEVELS for level, index in asked]
    # Between the frame that Chromium tells of and the pixels that are read, the next one may come.
    assert set(behind) <= {0, 1}
    assert behind.count(0) > 10


async def test_it_stays_about_the_picture_that_is_held(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    pictures = {"held": grey(3)}
    program = await serve_program(
        still(lambda request: pictures[request.id][request.pixel[1], request.pixel[0]])
    )
    program.canvas.push(pictures["held"], id="held")
    viewer = await open_viewer(program, "?transport=webrtc")
    await viewer.until("observer.sees([70, 70, 70], 5)")
    # And knows which picture that is.
    await viewer.until(f"{CANVAS}.probe(160, 120).then(({{ id }}) => id === 'held', () => false)")
    await viewer.value(f"{CANVAS}.video.pause()")
    for index in range(4, 14):
        pictures[f"{index}"] = grey(index)
        program.canvas.push(pictures[f"{index}"], id=f"{index}")
        await sent(program, 1)
    answer = await ask(viewer, 160, 120)
    # What a script can read of a paused video is Chromium's affair; it tells of no newer frame.
    assert (answer.get("id"), answer.get("value")) == ("held", 70), answer
    await viewer.value(f"{CANVAS}.video.play()")
    await viewer.until("observer.sees([30, 30, 30], 5)")
    answer = await ask(viewer, 160, 120)
    assert (answer["id"], answer["value"]) == ("13", 30)


CALLBACKS = """
const { requestVideoFrameCallback } = HTMLVideoElement.prototype;
HTMLVideoElement.prototype.requestVideoFrameCallback = function (call) {
  globalThis.waiting = call;
  return requestVideoFrameCallback.call(this, (now, frame) => call(now, (globalThis.shown = frame)));
};
"""

COPY = "waiting(performance.now(), {...shown, rtpTimestamp: undefined, presentedFrames: shown.presentedFrames + %d})"


async def test_the_copy_that_a_paused_video_shows_is_of_the_same_picture(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(still(lambda request: request.id))
    context = await new_context()
    await context.add_init_script(CALLBACKS)
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(f"{program.origin}/?transport=webrtc")
    await viewer.until("globalThis.shown")
    await viewer.until(f"{CANVAS}.probe(160, 120).then(({{ id }}) => id === 'still', () => false)")
    # Chromium does so in one page of twenty, so it is done for it.
    await viewer.value(f"{CANVAS}.video.pause()")
    await viewer.value(COPY % 1)
    assert (await ask(viewer, 160, 120))["value"] == "still"
    # Which picture that is a copy of is not known where another frame was shown before.
    await viewer.value(COPY % 3)
    assert (await ask(viewer, 160, 120)) == {"error": UNKNOWN}


async def test_the_point_is_found_in_a_picture_of_another_size(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(still(lambda request: (*request.pixel, request.x, request.y)))
    # Twice as dense as the canvas's coordinates, and shown larger still.
    program.canvas.push(np.full((480, 640), 90, np.uint8))
    viewer = await open_viewer(program, viewport={"width": 960, "height": 720})
    await viewer.until("String(observer.element.canvas.size) === '640,480'")
    await viewer.page.mouse.move(300, 90)
    answer = await ask(viewer)
    assert answer["value"] == [200, 60, 100, 30]


# Errors.

SENTENCES = {
    "none": "This program has no probe; nothing can be asked about its picture.",
    "role": "Only with the role 'admin' may one ask for values here; yours is 'operator'.",
    "outside": "The point (320, 5) is outside the picture, which is 320 wide and 240 high; ask for one inside.",
    "failed": "The program's probe failed; its log says why.",
    "slow": "The program's probe has not answered within 0.2 s; ask again.",
    "large": "The program's probe returned an array of the shape (240, 320); "
    "at most 256 values and 4096 bytes of JSON are told.",
}


FIVE_AT_ONCE = f"""Promise.all([1, 2, 3, 4, 5].map(() =>
  {CANVAS}.probe(5, 5).then(({{ text }}) => text, ({{ message }}) => message)
)).then((said) => said.sort().reverse())"""


class WrongAnswers:
    """Fails, is slow until it is told to go on, or returns too much, by where it is asked."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()

    def __call__(self, request: ProbeRequest) -> object:
        if request.x < 10:
            raise RuntimeError("no value today")
        if request.x < 20:
            assert self.may_go_on.wait(PATIENCE)
        return grey(0)


async def test_each_error_is_one_sentence_and_nothing_else(
    serve_program: ServeProgram,
    open_viewer: OpenViewer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    canvas, answer_wrongly = Canvas((320, 240), resizable=False), WrongAnswers()
    canvas.push(grey(4))
    program = await serve_program(canvas)
    viewer = await open_viewer(program)
    said = {"none": await ask(viewer, 5, 5)}
    canvas.probe(role="admin")(answer_wrongly)
    said["role"] = await ask(viewer, 5, 5)
    canvas.probe(answer_wrongly)
    said["outside"] = await ask(viewer, 320, 5)
    said["failed"] = await ask(viewer, 5, 5)
    with monkeypatch.context() as impatient:
        # For this one alone: the others take as long on a busy machine.
        impatient.setattr("rtc_canvas.program.probe.LONGEST", 0.2)
        said["slow"] = await ask(viewer, 15, 5)
    answer_wrongly.may_go_on.set()
    said["large"] = await ask(viewer, 25, 5)
    assert {kind: answer.get("error") for kind, answer in said.items()} == SENTENCES
    assert "no value today" in caplog.text
    canvas.probe(lambda request: "well")
    assert (await ask(viewer, 5, 5))["text"] == "well"
    assert await ask(viewer) == {"error": "The pointer is not over the picture."}
    assert await viewer.value(FIVE_AT_ONCE) == [
        *(["well"] * 4),
        "4 questions wait for an answer already; ask again after one.",
    ]
    await viewer.value(f"{CANVAS}.close()")
    assert await ask(viewer, 5, 5) == {"error": "There is no connection to the program now."}


PAUSE_AT_A_KNOWN_PICTURE = f"""new Promise((resolve) => {{
  {CANVAS}.addEventListener("frame", function pause({{ detail }}) {{
    if (detail.picture === null) return;
    this.removeEventListener("frame", pause);
    this.video.pause();
    resolve();
  }});
}})"""


async def test_a_picture_that_is_forgotten(
    serve_program: ServeProgram, open_viewer: OpenViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtc_canvas.peers.frame_log.REMEMBERED", 2)
    program = await serve_program(playing(lambda request: request.id))
    viewer = await open_viewer(program, "?transport=webrtc")
    await viewer.value(PAUSE_AT_A_KNOWN_PICTURE)
    await sent(program, 4)
    assert "is not known any more; ask about the one on the screen." in (
        await ask(viewer, 5, 5)
    ).get("error", "")


# The readout.


async def test_the_readout_follows_the_pointer_and_the_picture(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(still(lambda request: {"id": request.id, "x": request.x}))
    viewer = await open_viewer(program, viewport={"width": 320, "height": 240})
    await viewer.steers()
    shown = readout(viewer)
    await viewer.page.mouse.move(100, 50)
    await viewer.page.keyboard.press("Control+Alt+p")
    await expect(shown).to_have_text("id still\nx 100")
    await viewer.page.mouse.move(310, 230)
    await expect(shown).to_have_text("id still\nx 310")
    box = await shown.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] < 310
    assert box["y"] + box["height"] < 230
    # The pointer stays, and another picture comes.
    program.canvas.push(grey(7), id="next")
    await expect(shown).to_have_text("id next\nx 310")
    announced = viewer.page.locator("rtc-canvas [aria-live=polite]:not([role])")
    await expect(announced).to_have_text("id next\nx 310")
    # Nothing of it is taken away from the program, and none of its keys reach that.
    await viewer.page.mouse.click(120, 90)
    await program.event("pointer_down", x=120, y=90)
    await viewer.page.keyboard.press("Escape")
    await expect(shown).to_be_hidden()
    await viewer.page.keyboard.press("Escape")
    await program.event("key_up", key="Escape")
    assert program.types("key_down", "key_up").count("key_down") == 3, "Control, Alt, Escape"
    assert "KeyP" not in {event.get("code") for event in program.events}


async def test_a_still_pointer_over_a_still_picture_asks_nothing(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    asked: list[float] = []
    program = await serve_program(still(lambda request: asked.append(request.x)))
    viewer = await open_viewer(program)
    await viewer.page.mouse.move(300, 200)
    await viewer.page.keyboard.press("Control+Alt+p")
    await expect(readout(viewer)).to_have_text("none")
    # What is told of the first frames may come after them: then one more question is right.
    before = -1
    async with asyncio.timeout(PATIENCE):
        while len(asked) != before:
            before = len(asked)
            await sent(program, 3)
    assert len(asked) <= 3


async def test_the_button_is_there_where_one_may_ask(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    canvas = Canvas((320, 240), resizable=False)
    canvas.push(grey(4))
    program = await serve_program(canvas)
    viewer = await open_viewer(program)
    watching = await open_viewer(program)
    await viewer.steers()
    # Without a probe the key is the program's.
    await viewer.page.mouse.move(300, 200)
    await viewer.page.keyboard.press("Control+Alt+p")
    await program.event("key_down", code="KeyP", modifiers=("Alt", "Control"))

    # Whoever may not ask has no button, and is told so on the key.
    canvas.probe(role="admin")(lambda request: "secret")
    await viewer.until(f"{CANVAS}.probes.registered")
    await viewer.page.keyboard.press("Control+Alt+p")
    await expect(readout(viewer)).to_have_text(SENTENCES["role"])
    button = watching.page.get_by_role("button", name="Value under the pointer")
    await expect(button).to_be_hidden()

    # Whoever only watches may ask, too.
    canvas.probe(lambda request: "told")
    await watching.page.mouse.move(300, 470)
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(readout(watching)).to_have_text("Point at the picture to read its values.")
    await watching.page.mouse.move(300, 200)
    await expect(readout(watching)).to_have_text("told")
    await watching.page.mouse.move(300, 470)
    await button.click()
    await expect(readout(watching)).to_be_hidden()


async def test_a_finger_reads_a_value_beside_itself(
    serve_program: ServeProgram, open_viewer: OpenViewer
) -> None:
    program = await serve_program(still(lambda request: request.x))
    window = {"width": 320, "height": 480}
    viewer = await open_viewer(program, viewport=window, has_touch=True, is_mobile=True)
    await viewer.steers()
    await viewer.page.touchscreen.tap(6, 200)
    await viewer.page.touchscreen.tap(160, 470)
    await viewer.page.get_by_role("button", name="Value under the pointer").tap()
    shown = readout(viewer)
    await expect(shown).to_have_text("6")
    box = await shown.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] + box["height"] < 180, "the finger does not cover it"
    await viewer.page.touchscreen.tap(200, 250)
    await expect(shown).to_have_text("200")
    await program.event("pointer_down", x=200, pointer_type="touch")
