"""A WebSocket as aiohttp has it, and a page at its other end that does what it should not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from signaling import upgrade
from signaling.upgrade import Upgraded


@contextlib.asynccontextmanager
async def a_page_that_does_not_read() -> AsyncIterator[Upgraded]:
    """The server's end of its WebSocket."""
    taken: asyncio.Future[Upgraded] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def serve(request: web.Request) -> web.StreamResponse:
        socket = Upgraded()
        await socket.prepare(request)
        taken.set_result(socket)
        await over.wait()
        return socket.response

    app = web.Application()
    app.add_routes([web.get("/", serve)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with ClientSession() as http:
            page = await http.ws_connect(f"http://127.0.0.1:{port}/")
            yield await taken
            # Not `close`, which would read what has come.
            page._response.close()
    finally:
        over.set()
        await runner.cleanup()


@pytest.mark.parametrize("gives_up", [False, True])
async def test_a_page_that_reads_nothing_more_holds_no_end_up(
    gives_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "CLOSING", 0.1)
    async with a_page_that_does_not_read() as socket:

        async def send() -> None:
            while True:
                await socket.send(bytes(1 << 20))

        sending = asyncio.create_task(send())
        # Until nothing more finds room.
        await asyncio.wait([sending], timeout=0.3)
        if gives_up:
            sending.cancel()
            await asyncio.wait([sending])
        async with asyncio.timeout(2):
            await socket.close(1001, "The server ends.")
            await asyncio.gather(sending, return_exceptions=True)
        # Nothing waits for it any more.
        assert socket.backlog == 0
