"""<rtc-canvas> in a page with a strict Content-Security-Policy."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from rtc_canvas import Canvas

from .conftest import Elsewhere, ServeProgram
from .program import Program

RED = (220, 30, 30)


def policy(program: Program) -> str:
    """What `docs/javascript.md` tells to allow, and nothing else."""
    server = program.origin
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {server}",
            f"connect-src {server} {server.replace('http', 'ws', 1)}",
            "trusted-types 'none'",
            "require-trusted-types-for 'script'",
        ]
    )


@pytest.mark.parametrize("transport", ["webrtc", "websocket"])
async def test_what_the_documentation_allows_is_enough(
    serve_program: ServeProgram, elsewhere: Elsewhere, transport: str
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False, exact=True), allow_origins=[elsewhere.origin]
    )
    program.show(RED)
    viewer = await elsewhere.open(
        program,
        f'<rtc-canvas src="{program.origin}/" transport="{transport}" controls></rtc-canvas>',
        policy=policy(program),
    )
    await viewer.value(
        """(globalThis.blocked = [], void addEventListener("securitypolicyviolation",
             ({ effectiveDirective }) => blocked.push(effectiveDirective)))"""
    )
    await viewer.value(
        "Object.assign(observer.element.style, {width: '320px', height: '240px'}) && 0"
    )
    await viewer.sees(RED)
    await viewer.until("observer.element.canvas.exactPixels")
    await viewer.page.mouse.move(160, 230)
    await viewer.page.get_by_role("button", name="Statistics").click()
    panel = viewer.page.get_by_role("region", name="Statistics")
    await expect(panel.get_by_role("row", name="Encoder")).to_contain_text("libx264")
    assert await panel.evaluate("(panel) => getComputedStyle(panel).position") == "absolute"
    async with viewer.page.expect_download() as download:
        await viewer.page.get_by_role("button", name="Save").click()
    assert (await download.value).suggested_filename.endswith(".png")
    assert program.canvas.peers[0].stats.transport == transport
    assert await viewer.value("blocked") == []


async def test_a_policy_that_lacks_the_server_is_told(
    serve_program: ServeProgram, elsewhere: Elsewhere
) -> None:
    program = await serve_program(
        Canvas((640, 480), resizable=False), allow_origins=[elsewhere.origin]
    )
    viewer = await elsewhere.open(
        program,
        f'<rtc-canvas src="{program.origin}/"></rtc-canvas>',
        policy=f"script-src {program.origin}; connect-src 'self'",
    )
    sockets = program.origin.replace("http", "ws", 1)
    await viewer.says("Content-Security-Policy", f"connect-src: {program.origin} {sockets}")
