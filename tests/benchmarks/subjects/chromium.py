"""The rival that has everything: a Chromium that captures a canvas and sends it, congestion control and all.

It sends VP8, which it encodes best. One setting favours it over what a page gets: its ceiling is raised from 2.5 to
6 Mbit/s, rtc_canvas' own. The Python process only relays offers and answers, and reports.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from playwright.async_api import Page, async_playwright

from .. import scene
from ..browser import CHROMIUM, FLAGS, Clock
from ..contents import CONTENTS, Ring
from ..number_blocks import BITS, BLOCK
from .contract import Options, read_options, report

PAGE = Path(__file__).with_suffix(".html")
VIEWER = Path(__file__).with_name("plain_viewer.html")
REPORT_INTERVAL = 0.5
# The viewer's browser cannot ask by multicast what a .local name means.
ARGUMENTS = [*FLAGS, "--disable-features=WebRtcHideLocalIpsWithMdns"]


class Sender:
    """The Chromium that sends, and the server that brings viewers to it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._ring = Ring(CONTENTS[options.content], channels=4)
        self._page: Page

    def application(self) -> web.Application:
        """The pages of both ends, the scene, and one route that answers offers."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._viewer_page),
                web.post("/offer", self._answer),
                web.get("/sender", self._sender_page),
                web.get("/scene", self._describe_scene),
                web.get("/pictures/{number}", self._picture),
            ]
        )
        app.cleanup_ctx.append(self._run)
        return app

    async def _viewer_page(self, request: web.Request) -> web.StreamResponse:
        if "codec" not in request.query:
            raise web.HTTPFound("?codec=VP8")
        return web.FileResponse(VIEWER)

    async def _answer(self, request: web.Request) -> web.Response:
        offer = await request.json()
        return web.json_response(await self._page.evaluate("offer => sender.answer(offer)", offer))

    async def _sender_page(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE)

    async def _describe_scene(self, request: web.Request) -> web.Response:
        size = {"width": scene.WIDTH, "height": scene.HEIGHT, "period": self._ring.period}
        return web.json_response({**size, "bits": BITS, "block": BLOCK})

    async def _picture(self, request: web.Request) -> web.Response:
        return web.Response(body=self._ring[int(request.match_info["number"])].tobytes())

    async def _run(self, app: web.Application) -> AsyncIterator[None]:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            self._page = await chromium.new_page()
            sending = asyncio.create_task(self._send())
            yield
            sending.cancel()
            await chromium.close()

    async def _send(self) -> None:
        origin = f"http://{self._options.host}:{self._options.port}/"
        await self._page.goto(f"{origin}sender")
        await self._page.wait_for_function("window.sender")
        clock = await self._clock()
        await self._page.evaluate(
            "([fps, rest]) => sender.play(fps, rest)", [self._options.fps, self._options.rest]
        )
        report(ready=origin)
        while True:
            for number, at in await self._page.evaluate("sender.takeHandovers()"):
                report(number=number, time=at + clock.offset)
            await asyncio.sleep(REPORT_INTERVAL)

    async def _clock(self) -> Clock:
        trips = []
        for _ in range(30):
            asked = time.monotonic()
            there = await self._page.evaluate("sender.now()")
            trips.append(Clock.read(asked, there, time.monotonic()))
        return min(trips, key=lambda trip: trip.error)


if __name__ == "__main__":
    options = read_options()
    app = Sender(options).application()
    web.run_app(app, host=options.host, port=options.port, print=None)
