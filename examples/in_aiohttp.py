"""A canvas inside an aiohttp application: who is logged in watches, and ann steers."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np
from aiohttp import web

from rtc_canvas import Canvas, Grant, Request, aiohttp_app

PASSWORDS = {"ann": "apple", "bob": "pear"}  # a real site keeps hashes of them
PAGE = """<form method="post"><input name="user"> <input name="password" type="password">
          <button>Log in</button></form>"""

canvas = Canvas(size=(320, 240), resizable=False, title="The wall")
wall = np.full((240, 320, 3), 30, np.uint8)
canvas.push(wall)
logins: dict[str, str] = {}


def authorize(request: Request) -> Grant | None:
    name = logins.get(request.cookies.get("login", ""))
    if name is None:
        return None
    return Grant("operator" if name == "ann" else "viewer", name)


async def login_page(request: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


async def log_in(request: web.Request) -> web.Response:
    form = await request.post()
    user = str(form["user"])
    if PASSWORDS.get(user) != form["password"]:
        raise web.HTTPForbidden(text="Name or password is wrong.")
    response = web.HTTPSeeOther("wall/")
    login = secrets.token_urlsafe()
    logins[login] = user
    response.set_cookie("login", login, httponly=True, samesite="Lax")
    raise response


@canvas.on("pointer_down", "pointer_move")
def paint(event: dict[str, Any]) -> None:
    if event["buttons"]:
        x, y = int(event["x"]), int(event["y"])
        wall[max(y - 4, 0) : y + 4, max(x - 4, 0) : x + 4] = (255, 200, 120)
        canvas.push(wall)


app = web.Application()
app.add_routes([web.get("/", login_page), web.post("/", log_in)])
app.add_subapp("/wall/", aiohttp_app(canvas, authorize=authorize))

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=8080)
