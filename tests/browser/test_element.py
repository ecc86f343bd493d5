"""<rtc-canvas> as an element among others: its attributes and properties, and its way through a document."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Route

from rtc_canvas import Canvas, serve

from .conftest import Elsewhere, ServeProgram
from .program import PATIENCE, Program, flat
from .viewer import Viewer

RED, GREEN = (220, 30, 30), (30, 200, 60)
SMALL = "width: 320px; height: 240px; float: left"


async def served(serve_program: ServeProgram, elsewhere: Elsewhere) -> Program:
    """A program that shows red to the page elsewhere."""
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    return program


def tag(program: Program, attributes: str = "") -> str:
    """An element that shows a program."""
    return f'<rtc-canvas src="{program.origin}/" style="{SMALL}" {attributes}></rtc-canvas>'


async def test_properties_set_before_the_element_is_defined(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False),
        token="let-me-in",
        allow_origins=[elsewhere.origin],
    )
    program.show(RED)
    # A script that is no module runs first.
    viewer = await elsewhere.open(
        program,
        f"""<rtc-canvas style="{SMALL}"></rtc-canvas><script>
          Object.assign(document.querySelector("rtc-canvas"), {{
            src: "{program.origin}/", token: "let-me-in", fit: "fill", viewOnly: true, codec: "vp8",
          }});
        </script>""",
    )
    await viewer.sees(RED)
    await viewer.says("view only")
    assert program.canvas.peers[0].stats.codec == "vp8"
    assert await viewer.value("observer.element.canvas.fit") == "fill"
    assert await viewer.value("observer.element.getAttributeNames().sort()") == [
        *["codec", "data-state", "fit", "src", "style", "view-only"]
    ]
    assert program.types("join", "control") == ["join"], "it never had control"


async def test_a_size_that_the_program_says_is_taken_and_told(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(
        program,
        f"""{tag(program)}<script>
          document.querySelector("rtc-canvas").addEventListener("css_size", ({{ detail }}) => {{
            globalThis.told = detail;
          }});
        </script>""",
    )
    await viewer.sees(RED)
    program.canvas.css_size = ("400px", None)
    await viewer.until("observer.element.clientWidth === 400")
    assert await viewer.value("[told.width, told.height]") == ["400px", None]
    assert await viewer.value("observer.element.clientHeight") == 240
    program.canvas.css_size = (None, "300px")
    await viewer.until("observer.element.clientHeight === 300")
    assert await viewer.value("observer.element.clientWidth") == 320, "what the page had said"
    program.canvas.css_size = (None, None)
    await viewer.until("observer.element.clientHeight === 240")
    # What the page says meanwhile is its own as well.
    program.canvas.css_size = ("400px", None)
    await viewer.until("observer.element.clientWidth === 400")
    await viewer.value("void (observer.element.style.width = '360px')")
    program.canvas.css_size = (None, "300px")
    await viewer.until("observer.element.clientHeight === 300")
    assert await viewer.value("observer.element.clientWidth") == 360
    program.canvas.css_size = (None, None)
    await viewer.until("observer.element.clientHeight === 240")
    assert program.canvas.has_viewers


@pytest.mark.parametrize("attributes", ["", 'token=""'])
async def test_the_link_that_the_program_printed_may_be_its_src(
    attributes: str, serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), token="let-me-in", allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    link = f"{program.origin}/?token=let-me-in"
    viewer = await elsewhere.open(
        program, f'<rtc-canvas src="{link}" {attributes} style="{SMALL}"></rtc-canvas>'
    )
    await viewer.sees(RED)


async def steered(program: Program, elsewhere: Elsewhere, beside: str, **options: Any) -> Viewer:
    """A page elsewhere that shows a program's picture, and something beside it, and steers the program."""
    viewer = await elsewhere.open(program, tag(program) + beside, **options)
    # Where no picture is there are no points.
    await viewer.sees(RED)
    await viewer.steers()
    return viewer


LOSE_CAPTURE = """<script>
  addEventListener("gotpointercapture", (event) => {
    const [holder] = event.composedPath();
    holder.releasePointerCapture(event.pointerId);
  }, true);
</script>"""


async def test_a_button_whose_pointer_is_taken_away_is_up(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await steered(program, elsewhere, LOSE_CAPTURE)
    mouse = viewer.page.mouse
    for _ in range(2):
        await mouse.move(50, 60)
        await mouse.down()
        await program.event("pointer_down", button=1)
        await mouse.move(400, 300, steps=4)
        await mouse.up()
        await program.event("pointer_up", button=1, buttons=())


async def test_a_canvas_that_is_moved_in_the_page_holds_no_button_down(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await steered(program, elsewhere, "<main></main>")
    mouse = viewer.page.mouse
    for _ in range(2):
        await mouse.move(50, 60)
        await mouse.down()
        await program.event("pointer_down", button=1)
        await viewer.value("void document.querySelector('main').append(observer.element)")
        await program.event("pointer_up", button=1)
        # Nor when it moves on: its release may come to somebody else.
        await mouse.move(60, 70)
        await program.event("pointer_move", x=120, y=140, buttons=())
        await mouse.up()
        await viewer.steers()


async def test_a_canvas_that_is_moved_in_the_page_keeps_no_finger(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await steered(program, elsewhere, "<main></main>", has_touch=True)
    devtools = await viewer.page.context.new_cdp_session(viewer.page)

    async def touch(type_: str, *points: tuple[int, int]) -> None:
        fingers = [{"x": x, "y": y} for x, y in points]
        await devtools.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": fingers})

    await touch("touchStart", (50, 60))
    await program.event("pointer_down", ntouches=1)
    await viewer.value("void document.querySelector('main').append(observer.element)")
    await program.event("pointer_up", ntouches=0, buttons=())
    await touch("touchMove", (100, 60))
    await touch("touchMove", (500, 400))
    await touch("touchEnd")
    await touch("touchStart", (200, 100))
    down = await program.event("pointer_down")
    assert down["ntouches"] == 1
    await touch("touchEnd")
    await program.event("pointer_up", ntouches=0)


async def test_properties_and_attributes_reflect_each_other(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, "")
    await viewer.until("customElements.get('rtc-canvas')")
    assert await viewer.value(
        """(() => {
          const made = document.createElement("rtc-canvas");
          const begun = [made.src, made.token, made.fit, made.codec, made.transport, made.exact,
            made.relay, made.viewOnly, made.controls, made.titlebar, made.minimised];
          Object.assign(made, { src: "/a", fit: "none", codec: "h264", transport: "websocket",
            exact: false, relay: true, viewOnly: true, controls: true, titlebar: true, minimised: true,
            token: "kept-out" });
          const written = made.cloneNode().outerHTML;
          made.setAttribute("token", "in-the-markup");
          made.setAttribute("FIT", "Fill");
          made.setAttribute("exact", "");
          const read = [made.token, made.fit, made.exact];
          Object.assign(made, { src: null, fit: null, codec: undefined, transport: null,
            exact: null, relay: false, viewOnly: undefined, controls: false, titlebar: null, minimised: 0 });
          made.removeAttribute("token");
          return { begun, written, read, left: made.outerHTML };
        })()"""
    ) == {
        "begun": ["", None, "contain", None, None, None, *[False] * 5],
        "written": '<rtc-canvas src="/a" fit="none" codec="h264" transport="websocket" exact="off" '
        'relay="" view-only="" controls="" titlebar="" minimised=""></rtc-canvas>',
        "read": ["in-the-markup", "fill", True],
        "left": "<rtc-canvas></rtc-canvas>",
    }
    # It was in no document, so nobody was asked for anything.
    assert program.types() == []


async def test_what_changes_together_makes_one_new_connection(elsewhere: Elsewhere) -> None:
    left, right = (Program(Canvas((320, 240), resizable=False)) for _ in range(2))
    left.show(RED)
    right.show(GREEN)
    canvases = {"left": left.canvas, "right": right.canvas}
    async with serve(
        canvases, port=0, token="let-me-in", allow_origins=[elsewhere.origin]
    ) as server:
        left.server = right.server = server
        source = f'src="{left.origin}/left/" token="let-me-in"'
        viewer = await elsewhere.open(left, f'<rtc-canvas {source} style="{SMALL}"></rtc-canvas>')
        await viewer.sees(RED)
        change = {"src": f"{right.origin}/right/", "codec": "vp8", "fit": "fill", "viewOnly": True}
        await viewer.page.evaluate("change => Object.assign(observer.element, change)", change)
        await viewer.sees(GREEN)
        await left.event("leave")
        await right.until(lambda: right.canvas.peers)
        assert right.canvas.peers[0].stats.codec == "vp8"
        assert (left.types("join"), right.types("join")) == (["join"], ["join"])
        # What acts live leaves the connection alone.
        await viewer.value("Object.assign(observer.element, {fit: 'none', viewOnly: false}) && 0")
        await viewer.says("Live", "you steer")
        assert right.types("leave") == []
        await viewer.value("void (observer.element.token = 'wrong')")
        await right.event("leave")
        await viewer.says("no access")
        await viewer.page.close()


async def test_a_value_that_is_not_taken_is_told_and_the_default_counts(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program, 'fit="cover" codec="av1"'))
    said: list[str] = []
    viewer.page.on("console", lambda message: said.append(message.text))
    await viewer.sees(RED)
    assert await viewer.value("[observer.element.fit, observer.element.codec]") == ["contain", None]
    told = await viewer.value(
        """(() => {
          const told = [];
          observer.element.addEventListener("error", ({ detail }) => told.push(detail));
          observer.element.setAttribute("fit", "wide");
          observer.element.exact = "perhaps";
          return told;
        })()"""
    )
    reasons = [
        'fit takes contain, fill or none, got "wide": it counts as contain.',
        'exact takes on or off, got "perhaps": it is left open.',
    ]
    assert [(one["state"], one["code"], one["reason"]) for one in told] == [
        ("live", "setting", reason) for reason in reasons
    ]
    assert said[-2:] == [f"rtc-canvas: {reason}" for reason in reasons]
    await viewer.says("Live")


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ('src="gpu.example:8080"', "src takes the http or https address of a canvas"),
        ('token="let me in"', "token takes letters, digits and -._~ only"),
    ],
)
async def test_an_address_or_token_that_cannot_be_is_told_in_the_page(
    serve_program: ServeProgram, elsewhere: Elsewhere, attributes: str, sentence: str
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(
        program, f'<rtc-canvas {attributes} style="{SMALL}"></rtc-canvas>'
    )
    await viewer.says("Not connected", sentence)
    await viewer.value(f"void (observer.element.src = '{program.origin}/')")
    await viewer.value("void (observer.element.token = null)")
    await viewer.sees(RED)


async def test_moved_it_keeps_its_peer_and_its_focus(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    body = f'{tag(program)}<section></section><div id="host"></div>'
    viewer = await elsewhere.open(program, body)
    await viewer.sees(RED)
    await viewer.steers()
    await viewer.page.mouse.click(160, 120)
    await program.event("focus_in")
    await viewer.value("document.querySelector('section').moveBefore(observer.element, null)")
    await viewer.page.keyboard.press("m")
    await program.event("key_down", key="m")
    assert "focus_out" not in program.types()
    # Into a shadow tree, as a framework may do with a portal.
    await viewer.value(
        """(globalThis.moved = observer.element,
            void host.attachShadow({ mode: "open" }).append(moved))"""
    )
    await program.event("focus_out")
    program.canvas.push(flat(GREEN, 640, 480))
    await viewer.shows((160, 120), GREEN)
    await viewer.page.mouse.click(160, 120)
    await program.event("pointer_down", x=320, y=240)
    await viewer.page.keyboard.press("s")
    await program.event("key_down", key="s")
    assert program.types("join", "leave") == ["join"]
    await viewer.value("moved.remove()")
    await program.event("leave")


async def test_full_screen_within_a_shadow_tree(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, '<div id="host"></div>')
    await viewer.page.evaluate(
        "(html) => host.attachShadow({ mode: 'open' }).setHTMLUnsafe(html)",
        tag(program, 'controls id="inner"'),
    )
    inner = "host.shadowRoot.querySelector('#inner')"
    await viewer.until(f"{inner}.canvas?.steering")
    await viewer.page.mouse.move(160, 235)
    await viewer.page.get_by_role("button", name="Full screen").click()
    await viewer.until(f"{inner}.matches(':fullscreen')")
    await viewer.page.get_by_role("button", name="Leave full screen").click()
    await viewer.until("!document.fullscreenElement")


async def test_modules_of_two_servers_on_one_page(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    one, other = [await served(serve_program, elsewhere) for _ in range(2)]
    other.show(GREEN)
    scripts = f"""<script type="module" src="{other.origin}/static/rtc-canvas-element.js"></script>
      <script>
        globalThis.failed = [];
        addEventListener("error", ({{ message }}) => failed.push(message));
      </script>"""
    viewer = await elsewhere.open(one, f"{scripts}{tag(one)}{tag(other)}")
    await viewer.shows((160, 120), RED)
    await viewer.shows((480, 120), GREEN)
    assert await viewer.value("failed") == []


async def test_taken_out_while_it_connects_it_leaves_no_peer(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, "")
    await viewer.until("customElements.get('rtc-canvas')")
    answered, removed = asyncio.Event(), asyncio.Event()

    async def hold_answer(route: Route) -> None:
        response = await route.fetch()
        answered.set()
        await removed.wait()
        await route.fulfill(response=response)

    await viewer.page.route("**/whep/main", hold_answer)
    await viewer.page.evaluate(
        "(html) => document.body.insertAdjacentHTML('beforeend', html)", tag(program)
    )
    await asyncio.wait_for(answered.wait(), PATIENCE)
    async with viewer.page.expect_request(lambda request: request.method == "DELETE") as ended:
        await viewer.value("observer.element.remove()")
        removed.set()
    response = await (await ended.value).response()
    assert response is not None
    assert response.status == 200
    assert program.canvas.peers == ()
    assert program.types("join", "leave") == []


async def test_the_last_of_two_remarks_goes_as_well(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await served(serve_program, elsewhere)
    viewer = await elsewhere.open(program, tag(program))
    await viewer.steers()
    await viewer.says("Live")
    for reason in ("Not now.", "Nor now."):
        await viewer.page.evaluate(
            """(reason) => observer.element.canvas.dispatchEvent(
              new CustomEvent("control_refused", { detail: { reason } }))""",
            reason,
        )
        await viewer.says(reason)
    await viewer.says("Live")
