"""The token: in the link, then in a cookie, and nowhere else."""

from __future__ import annotations

from playwright.async_api import expect

from rtc_canvas import Canvas, serve

from .conftest import NewContext, ServeProgram
from .program import flat
from .viewer import Viewer

ORANGE = (200, 120, 40)
BY = "\N{MULTIPLICATION SIGN}"


async def test_the_link_lets_in_and_the_token_leaves_the_address_bar(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False), token="let-me-in")
    program.show(ORANGE)
    context = await new_context()
    viewer = Viewer(await context.new_page())
    await viewer.page.goto(program.server.url)
    await viewer.sees(ORANGE)
    assert viewer.page.url == f"{program.origin}/"
    assert await viewer.value("document.cookie") == ""
    (cookie,) = await context.cookies()
    assert cookie["value"] == "let-me-in"
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    await viewer.page.reload()
    await viewer.sees(ORANGE)


async def test_without_a_token_the_page_asks_for_it(
    serve_program: ServeProgram, new_context: NewContext
) -> None:
    program = await serve_program(Canvas((640, 480), resizable=False), token="let-me-in")
    program.show(ORANGE)
    context = await new_context()
    viewer = Viewer(await context.new_page())
    response = await viewer.page.goto(program.origin)
    assert response is not None
    assert response.status == 401
    token = viewer.page.get_by_label("paste the link or its token")
    await expect(token).to_be_focused()
    await token.fill("wrong")
    await viewer.page.keyboard.press("Enter")
    await expect(viewer.page.get_by_role("status")).to_contain_text("not right")
    assert viewer.page.url == f"{program.origin}/"
    await token.fill(program.server.url)
    await viewer.page.get_by_role("button", name="Open").click()
    await viewer.sees(ORANGE)
    assert viewer.page.url == f"{program.origin}/"


async def test_several_canvases_are_listed(new_context: NewContext) -> None:
    left = Canvas((64, 48), resizable=False, title="The left one")
    right = Canvas((32, 24), resizable=False, title="The right one")
    left.push(flat((220, 30, 30), 64, 48))
    right.push(flat((30, 200, 60), 32, 24))
    async with serve({"left": left, "right": right}, port=0, token="let-me-in") as server:
        context = await new_context()
        viewer = Viewer(await context.new_page())
        await viewer.page.goto(server.url)
        links = viewer.page.get_by_role("list").get_by_role("link")
        await expect(links).to_have_text([f"The left one64 {BY} 48", f"The right one32 {BY} 24"])
        await viewer.page.get_by_role("link", name="The right one").click()
        await viewer.sees((30, 200, 60))
        assert viewer.page.url.endswith("/right/")
        await viewer.page.go_back()
        await viewer.page.get_by_role("link", name="The left one").click()
        await viewer.sees((220, 30, 30))
        assert await viewer.page.title() == "The left one"
        await context.close()
