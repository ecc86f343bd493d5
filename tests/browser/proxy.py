"""A reverse proxy that speaks HTTP and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, WSMsgType, web
from multidict import CIMultiDict
from yarl import URL


@asynccontextmanager
async def proxy(origin: str, prefix: str, *, upgrades: bool = True) -> AsyncIterator[str]:
    """Passes requests on and takes a path's first parts away; gives the URL in front of `origin`.

    upgrades: whether WebSockets are passed on too; without, Upgrade is left out, as nginx does by default.
    """
    async with ClientSession(auto_decompress=False) as http:

        async def pass_on(request: web.Request) -> web.StreamResponse:
            url = URL(origin + request.rel_url.raw_path_qs.removeprefix(prefix), encoded=True)
            headers = request.headers.copy()
            if not upgrades:
                headers.popall("Upgrade", None)
                headers["Connection"] = "close"
            elif request.headers.get("Upgrade") == "websocket":
                near = web.WebSocketResponse()
                await near.prepare(request)
                kept = {k: v for k, v in headers.items() if k in ("Host", "Origin", "Cookie")}
                async with http.ws_connect(url, headers=kept) as far:
                    await asyncio.gather(pump(near, far), pump(far, near))
                return near
            data = await request.read()
            async with http.request(
                request.method, url, headers=headers, data=data, allow_redirects=False
            ) as answer:
                dropped = ("Transfer-Encoding", "Content-Length", "Connection")
                fields = [(k, v) for k, v in answer.headers.items() if k not in dropped]
                return web.Response(
                    status=answer.status, headers=CIMultiDict(fields), body=await answer.read()
                )

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", pass_on)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{prefix}/"
        await runner.cleanup()


async def pump(source: Any, target: Any) -> None:
    """Pass one side's messages on to the other, and its end."""
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
        else:
            await target.send_bytes(message.data)
    await target.close(code=source.close_code or 1011)
