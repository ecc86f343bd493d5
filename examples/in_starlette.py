"""Two canvases inside a Starlette site: each user steers the one of that name, and watches the other.

Needs starlette, itsdangerous, python-multipart and uvicorn[standard].
"""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from rtc_canvas import Canvas, Grant, Request, asgi_app

PASSWORDS = {"ann": "apple", "bob": "pear"}  # a real site keeps hashes of them
PAGE = """<form method="post"><input name="user"> <input name="password" type="password">
          <button>Log in</button></form>"""

boards = {name: Canvas(size=(320, 240), resizable=False, title=name) for name in PASSWORDS}


async def authorize(request: Request) -> Grant | None:
    name = request.session.get("user")
    if name is None:
        return None
    # Without a canvas, it is the page that lists them.
    return Grant("operator" if request.canvas == name else "viewer", name)


async def login(request: StarletteRequest) -> Response:
    if request.method == "GET":
        return HTMLResponse(PAGE)
    async with request.form() as form:
        user, password = form["user"], form["password"]
    if PASSWORDS.get(str(user)) != password:
        return HTMLResponse(PAGE, 403)
    request.session["user"] = user
    return RedirectResponse("boards/", 303)


view = asgi_app(boards, authorize=authorize)
app = Starlette(
    routes=[Route("/", login, methods=["GET", "POST"]), Mount("/boards", view)],
    middleware=[Middleware(SessionMiddleware, secret_key=secrets.token_hex())],
    lifespan=view.lifespan,
)


def paintable(canvas: Canvas) -> None:
    """Let who steers a canvas paint on it."""
    pixels = np.full((240, 320, 3), 30, np.uint8)
    canvas.push(pixels)

    @canvas.on("pointer_down", "pointer_move")
    def paint(event: dict[str, Any]) -> None:
        if event["buttons"]:
            x, y = int(event["x"]), int(event["y"])
            pixels[max(y - 4, 0) : y + 4, max(x - 4, 0) : x + 4] = (90, 180, 255)
            canvas.push(pixels)


for board in boards.values():
    paintable(board)

if __name__ == "__main__":
    uvicorn.run(app, port=8080)
