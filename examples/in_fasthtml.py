"""A canvas inside a FastHTML site: who is logged in watches, and ann steers.

Needs python-fasthtml and uvicorn[standard].

The canvas is among `routes`, which come before FastHTML's own one for static files: that would take the canvas's
modules for files of the site.
"""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np
import uvicorn
from fasthtml.common import Button, Form, Input, Redirect, Titled, fast_app
from starlette.routing import Mount

from rtc_canvas import Canvas, Grant, Request, asgi_app

PASSWORDS = {"ann": "apple", "bob": "pear"}  # a real site keeps hashes of them

canvas = Canvas(size=(320, 240), resizable=False, title="The wall")
wall = np.full((240, 320, 3), 30, np.uint8)
canvas.push(wall)


def authorize(request: Request) -> Grant | None:
    name = request.session.get("auth")
    if name is None:
        return None
    return Grant("operator" if name == "ann" else "viewer", name)


view = asgi_app(canvas, authorize=authorize)
app, route = fast_app(
    routes=(Mount("/wall", view),), on_shutdown=[view.close], secret_key=secrets.token_hex()
)


@route("/")
def get() -> Any:
    fields = Input(name="user"), Input(name="password", type="password"), Button("Log in")
    return Titled("Log in", Form(*fields, action="/login", method="post"))


@route("/login")
def post(user: str, password: str, session) -> Any:
    if PASSWORDS.get(user) != password:
        return Redirect("/")
    session["auth"] = user
    return Redirect("/wall/")


@canvas.on("pointer_down", "pointer_move")
def paint(event: dict[str, Any]) -> None:
    if event["buttons"]:
        x, y = int(event["x"]), int(event["y"])
        wall[max(y - 4, 0) : y + 4, max(x - 4, 0) : x + 4] = (255, 200, 120)
        canvas.push(wall)


if __name__ == "__main__":
    uvicorn.run(app, port=8080)
