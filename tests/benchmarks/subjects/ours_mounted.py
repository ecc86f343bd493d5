"""This project inside somebody else's server: the canvas of `ours`, mounted under a prefix in a FastAPI app.

Whoever asks is let in by an `authorize` that looks at the app's session, as a site with logins has it.
"""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI
from numpy import uint8
from numpy.typing import NDArray
from starlette.middleware.sessions import SessionMiddleware

from rtc_canvas import DrawRequest, Grant, Request, asgi_app

from .contract import Source, read_options, report
from .ours import make_canvas


def main() -> None:
    options = read_options()
    source = Source(options)
    canvas = make_canvas(options, fps=options.fps, mode="continuous")

    @canvas.draw
    def draw(request: DrawRequest) -> NDArray[uint8]:
        picture = source.next()
        source.handed_over()
        return picture

    view = asgi_app(canvas, authorize=_authorize)
    app = FastAPI(lifespan=view.lifespan)
    app.add_middleware(SessionMiddleware, secret_key="benchmark")
    app.mount("/site/view", view)
    report(ready=f"http://{options.host}:{options.port}/site/view/")
    # As serve() has it: another loop would be measured too.
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning", loop="asyncio")


async def _authorize(request: Request) -> Grant:
    return Grant("operator", request.session.get("user"))


if __name__ == "__main__":
    main()
