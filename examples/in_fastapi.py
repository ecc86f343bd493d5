"""A canvas inside a FastAPI site, under a prefix: who is logged in watches, and ann steers.

Needs fastapi, itsdangerous, python-multipart and uvicorn[standard].
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import numpy as np
import uvicorn
from fastapi import FastAPI, Form, HTTPException
from fastapi import Request as FastAPIRequest
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

from rtc_canvas import Canvas, DrawRequest, Grant, Request, asgi_app

PASSWORDS = {"ann": "apple", "bob": "pear"}  # a real site keeps hashes of them

canvas = Canvas(size=(640, 480), title="The lamp")
lamp = [320, 240]


def authorize(request: Request) -> Grant | None:
    name = request.session.get("user")
    if name is None:
        return None
    return Grant("operator" if name == "ann" else "viewer", name)


view = asgi_app(canvas, authorize=authorize)
app = FastAPI(lifespan=view.lifespan)
app.add_middleware(SessionMiddleware, secret_key=secrets.token_hex())
app.mount("/lamp", view)


@app.get("/", response_class=HTMLResponse)
def login_page() -> str:
    return """<form action="login" method="post"><input name="user"> <input name="password" type="password">
              <button>Log in</button></form>"""


@app.post("/login")
def log_in(
    request: FastAPIRequest, user: Annotated[str, Form()], password: Annotated[str, Form()]
) -> RedirectResponse:
    if PASSWORDS.get(user) != password:
        raise HTTPException(403, "Name or password is wrong.")
    request.session["user"] = user
    return RedirectResponse("lamp/", 303)


@canvas.on("pointer_move")
def carry(event: dict[str, Any]) -> None:
    lamp[:] = event["x"], event["y"]


@canvas.on("join")
def greet(event: dict[str, Any]) -> None:
    print(f"{event['peer'].user} is here as {event['peer'].role}")


@canvas.draw
def draw(request: DrawRequest) -> np.ndarray:
    width, height = request.size
    y, x = np.ogrid[:height, :width]
    x0, y0 = (part * request.pixel_ratio for part in lamp)
    light = np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 2e4)
    return (light[..., None] * (255, 200, 120)).astype(np.uint8)


if __name__ == "__main__":
    uvicorn.run(app, port=8080)
