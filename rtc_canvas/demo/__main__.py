"""`python -m rtc_canvas.demo`: the demo, served as it is."""

from __future__ import annotations

from rtc_canvas import run

from . import canvas, prepare

if __name__ == "__main__":
    prepare()
    run(canvas)
