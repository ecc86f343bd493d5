"""How soon a picture is seen: the time from its push, and from the input that it answers, until it is on the screen.

Open the link and click into the picture. Once a second a line tells of each viewer: what its screen showed last, and
medians of the last ten seconds. Nothing has to be switched on: the page always tells when its display showed what.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import numpy as np

from rtc_canvas import Canvas, Peer, run

canvas = Canvas(size=(640, 480), resizable=False, title="Click: the ripples start there")
# By viewer, since the last line: the id of the picture that came onto its screen last, and how many seconds that took.
seen: dict[Peer, tuple[int, float]] = {}


@canvas.on("presented")
def note(event: dict[str, Any]) -> None:
    # None as long as the page's clock is not known.
    if event["shown"] is not None:
        seen[event["peer"]] = event["id"], event["shown"] - event["render_time"]


def ripples(step: int, centre: tuple[float, float]) -> np.ndarray:
    y, x = np.ogrid[:480, :640]
    distance = np.hypot(x - centre[0], y - centre[1])
    return (127 + 100 * np.sin(distance / 15 - step / 5) * np.exp(-distance / 200)).astype(np.uint8)


def times(median: float | None, slow: float | None) -> str:
    if median is None or slow is None:
        return "not yet"
    return f"{1000 * median:.0f} ms (95 %: {1000 * slow:.0f} ms)"


def tell() -> None:
    for peer in list(seen):
        step, taken = seen.pop(peer)
        stats = peer.stats
        print(
            f"Viewer {peer.id}: step {step} was seen {1000 * taken:.0f} ms after its push. "
            f"Push to screen: {times(stats.glass_p50, stats.glass_p95)}. "
            f"Input to screen: {times(stats.input_to_photon_p50, stats.input_to_photon_p95)}.",
            flush=True,
        )


def simulate() -> None:
    centre = 320.0, 240.0
    for step in itertools.count():
        # Taken here, where a picture begins: what a handler took beside this would count for the picture under way.
        for event in canvas.events():
            if event["type"] == "pointer_down":
                centre = event["x"], event["y"]
        # The id may be anything that the program knows the picture by; here the step of its simulation.
        canvas.push(ripples(step, centre), id=step)
        if step % 30 == 0:
            tell()
        time.sleep(1 / 30)


if __name__ == "__main__":
    threading.Thread(target=simulate, daemon=True).start()
    run(canvas)
