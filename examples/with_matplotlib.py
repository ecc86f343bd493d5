"""A matplotlib figure: drag to turn it, turn the wheel to zoom. Needs matplotlib.

Matplotlib's Agg renderer draws into an array of RGBA bytes, which is the picture as it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rtc_canvas import Canvas, DrawRequest, run

canvas = Canvas(size=(800, 600), title="Drag to turn, wheel to zoom")
figure = Figure()
agg = FigureCanvasAgg(figure)
axes: Any = figure.add_subplot(projection="3d")
x, y = np.meshgrid(np.linspace(-3, 3, 60), np.linspace(-3, 3, 60))
axes.plot_surface(
    x, y, np.sin(x * x + y * y) / (1 + x * x + y * y), rcount=60, ccount=60, cmap="viridis"
)
view = {"x": 0.0, "y": 0.0, "zoom": 1.0}


@canvas.on("pointer_down", "pointer_move")
def turn(event: dict[str, Any]) -> None:
    if event["type"] == "pointer_move" and 1 in event["buttons"]:
        axes.view_init(axes.elev + event["y"] - view["y"], axes.azim - event["x"] + view["x"])
    view.update(x=event["x"], y=event["y"])


@canvas.on("wheel")
def zoom(event: dict[str, Any]) -> None:
    view["zoom"] = min(max(view["zoom"] * 0.999 ** event["dy"], 0.5), 3.0)
    axes.set_box_aspect(None, zoom=view["zoom"])


@canvas.draw
def draw(request: DrawRequest) -> np.ndarray:
    figure.dpi = 100 * request.pixel_ratio
    width, height = request.size
    figure.set_size_inches((width + 0.5) / figure.dpi, (height + 0.5) / figure.dpi)
    agg.draw()
    return np.asarray(agg.buffer_rgba())


if __name__ == "__main__":
    run(canvas)
