"""Browsers, once a session, and in each test programs that are served and pages that look at them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright

from rtc_canvas import Canvas, serve

from .firefox import FIREFOX, PUPPETEER, Firefox, started
from .program import PATIENCE, Program
from .viewer import Viewer

CHROMIUM = Path("/usr/bin/chromium")
OBSERVER = Path(__file__).with_name("observer.js")

# Root, as in a container, has no sandbox. What Chromium fetches for itself would only cost time.
FLAGS = ["--no-sandbox", "--disable-background-networking"]
WITHOUT_GPU = [*FLAGS, "--disable-gpu"]
# Pictures are drawn as with a GPU, by shaders that run on the CPU.
WITH_SHADERS = [*FLAGS, "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


class ServeProgram(Protocol):
    """Serves a canvas until the end of the test, to everybody unless `options` say otherwise."""

    async def __call__(self, canvas: Canvas, **options: Any) -> Program: ...


class NewContext(Protocol):
    """Opens a browser profile of its own until the end of the test; takes playwright's options.

    Its window has 640 x 480 pixels unless they say otherwise.
    """

    async def __call__(self, browser: Browser = ..., **options: Any) -> BrowserContext: ...


class OpenViewer(Protocol):
    """Opens a program's page in a profile of its own and waits for its first picture."""

    async def __call__(self, program: Program, query: str = "", **options: Any) -> Viewer: ...


class OpenFirefox(Protocol):
    """Opens a program's page in Firefox and waits for its first picture."""

    async def __call__(self, program: Program, query: str = "") -> Firefox: ...


class Elsewhere:
    """A web server of another origin, and site, whose pages embed canvases.

    origin: of its pages, set once it runs.
    other_origin: under which the same pages are found.
    """

    origin = other_origin = ""

    def __init__(self, new_context: NewContext) -> None:
        self._new_context = new_context
        self._pages: dict[str, web.Response] = {}

    async def answer(self, request: web.Request) -> web.Response:
        page = self._pages.get(request.path)
        # A response serves once.
        return (
            web.Response(body=page.body, headers=page.headers) if page else web.Response(status=404)
        )

    def put(
        self, path: str, text: str, *, policy: str = "", content_type: str = "text/html"
    ) -> None:
        """Have a page, or another file, at `path`.

        policy: its Content-Security-Policy.
        """
        headers = {"Content-Type": f"{content_type}; charset=utf-8"}
        if policy:
            headers["Content-Security-Policy"] = policy
        self._pages[path] = web.Response(text=text, headers=headers)

    async def open(
        self, program: Program, body: str, *, policy: str = "", **options: Any
    ) -> Viewer:
        """Open a page with `body` in it, which knows <rtc-canvas> from the program's server."""
        self.put("/", embedding(program, body), policy=policy)
        context = await self._new_context(**options)
        viewer = Viewer(await context.new_page())
        await viewer.page.goto(self.origin)
        return viewer


def embedding(program: Program, body: str) -> str:
    """A page with `body` in it, which knows <rtc-canvas> from the program's server."""
    script = f"{program.origin}/static/rtc-canvas-element.js"
    return f"""<!doctype html><script type="module" src="{script}"></script>
        <body style="margin: 0; background: black">{body}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all of these tests: the browser lives on it, and starts once."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and inspect.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def need(path: Path, command: str) -> None:
    """Fail the test where something is not installed; a browser test that is skipped tests nothing."""
    if not path.exists():
        pytest.fail(f"There is no {path} here. Install it with: {command}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    need(CHROMIUM, "apt-get install -y chromium")
    async with async_playwright() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """Debian's Chromium, headless, started once."""
    async with launched(playwright, WITHOUT_GPU) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium_with_shaders(playwright: Playwright) -> AsyncIterator[Browser]:
    """One that shows the colours that a viewer with a GPU sees. It is slower."""
    async with launched(playwright, WITH_SHADERS) as browser:
        yield browser


@asynccontextmanager
async def launched(playwright: Playwright, flags: list[str]) -> AsyncIterator[Browser]:
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def _no_task_is_left() -> AsyncIterator[None]:
    """As everywhere, but on the loop that the browser shares: its own tasks stay."""
    before = asyncio.all_tasks()
    yield
    ours = asyncio.all_tasks() - before - {asyncio.current_task()}
    found = [repr(task) for task in ours if not task.done()]
    assert not found, f"The test left tasks behind: {', '.join(found)}"


@pytest_asyncio.fixture(loop_scope="session")
async def serve_program() -> AsyncIterator[ServeProgram]:
    async with AsyncExitStack() as stack:

        async def start(canvas: Canvas, **options: Any) -> Program:
            program = Program(canvas)
            if "token" not in options:
                options.setdefault("open_access", True)
            program.server = await stack.enter_async_context(serve(canvas, port=0, **options))
            return program

        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def new_context(chromium: Browser) -> AsyncIterator[NewContext]:
    async with AsyncExitStack() as stack:

        async def open_(browser: Browser = chromium, **options: Any) -> BrowserContext:
            options.setdefault("viewport", {"width": 640, "height": 480})
            context = await browser.new_context(**options)
            stack.push_async_callback(context.close)
            context.set_default_timeout(1000 * PATIENCE)
            await context.add_init_script(path=OBSERVER)
            return context

        yield open_


@pytest_asyncio.fixture(loop_scope="session")
async def open_viewer(new_context: NewContext) -> OpenViewer:
    async def open_(program: Program, query: str = "", **options: Any) -> Viewer:
        context = await new_context(**options)
        viewer = Viewer(await context.new_page())
        await viewer.page.goto(f"{program.origin}/{query}")
        await viewer.is_live()
        return viewer

    return open_


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def firefox() -> AsyncIterator[Firefox]:
    """Debian's Firefox, headless, started once."""
    need(FIREFOX, "apt-get install -y firefox-esr nodejs npm")
    need(PUPPETEER, "npm ci")
    async with started() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def open_firefox(firefox: Firefox) -> AsyncIterator[OpenFirefox]:
    async def open_(program: Program, query: str = "") -> Firefox:
        await firefox.open(f"{program.origin}/{query}")
        await firefox.is_live()
        return firefox

    yield open_
    await firefox.close()


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(new_context: NewContext) -> AsyncIterator[Elsewhere]:
    pages = Elsewhere(new_context)
    app = web.Application()
    app.router.add_get("/{path:.*}", pages.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    # The canvases are on 127.0.0.1: another site, to which no cookie is sent.
    port = runner.addresses[0][1]
    pages.origin, pages.other_origin = f"http://localhost:{port}", f"http://127.0.0.1:{port}"
    yield pages
    await runner.cleanup()
