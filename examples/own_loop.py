"""A loop of one's own, as games and simulations have: it asks for events and for whether a picture is wanted.

Steer the ball with the arrow keys. Nothing here is called by the canvas; the server runs in a thread beside the loop.
Another port than 8080 may be given: python examples/own_loop.py 8081
"""

from __future__ import annotations

import contextlib
import sys
import time

import numpy as np

from rtc_canvas import Canvas, serve_in_thread

KEYS = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}

canvas = Canvas(size=(640, 480), resizable=False, title="Arrow keys")


def main() -> None:
    position, speed, held = np.array([320.0, 240.0]), np.zeros(2), set[str]()
    y, x = np.ogrid[:480, :640]
    while True:
        for event in canvas.events():
            if event["type"] == "key_down":
                held.add(event["key"])
            elif event["type"] == "key_up":
                held.discard(event["key"])
        push = sum((np.array(KEYS[key]) for key in held & KEYS.keys()), np.zeros(2))
        speed = 0.97 * speed + 0.4 * push
        position = (position + speed) % (640, 480)
        if canvas.wants_frame:
            distance = np.hypot(x - position[0], y - position[1])
            light = np.clip(24 - distance, 0, 1)[..., None]
            canvas.push((light * (255, 190, 60) + (1 - light) * (20, 24, 40)).astype(np.uint8))
        time.sleep(1 / 60)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    with serve_in_thread(canvas, port=port) as server, contextlib.suppress(KeyboardInterrupt):
        print(f"Open {server.url}", flush=True)
        main()
