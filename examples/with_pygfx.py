"""A pygfx scene to orbit: drag to turn it, turn the wheel to come closer. Needs pygfx.

All that makes it a page in a browser is the line that imports RenderCanvas and loop.
"""

from __future__ import annotations

import numpy as np
import pygfx as gfx

from rtc_canvas.rendercanvas import RenderCanvas, loop

canvas = RenderCanvas(size=(1280, 720), title="Drag to turn, wheel to come closer")
# One sample for each pixel: quick enough for a machine without a GPU. Leave it out where there is one.
renderer = gfx.renderers.WgpuRenderer(canvas, pixel_ratio=1, ppaa="none")
scene = gfx.Scene()
scene.add(gfx.Background.from_color("#0b1026", "#26345c"))

knot = gfx.Mesh(
    gfx.torus_knot_geometry(1.0, 0.3, tubular_segments=256, radial_segments=32),
    gfx.MeshPhongMaterial(color="#e8a13a", shininess=80, specular="#888888"),
)
scene.add(knot)

turn = np.linspace(0, 24 * np.pi, 3000, dtype=np.float32)
reach = np.linspace(1.9, 2.6, 3000, dtype=np.float32)
spiral = np.column_stack([reach * np.cos(turn), reach * np.sin(turn), 0.25 * np.sin(turn * 3.05)])
hue = np.linspace(0, 2 * np.pi, 3000)
colors = np.stack([0.6 + 0.4 * np.cos(hue + shift) for shift in (0, 2.1, 4.2)], axis=1)
scene.add(
    gfx.Points(
        gfx.Geometry(positions=spiral.astype(np.float32), colors=colors.astype(np.float32)),
        gfx.PointsMaterial(size=4, color_mode="vertex"),
    )
)

light = gfx.DirectionalLight(intensity=3)
light.local.position = (3, 4, 5)
scene.add(gfx.AmbientLight(intensity=0.7), light)

camera = gfx.PerspectiveCamera(50)
camera.local.position = (2.0, -3.2, 3.6)
camera.look_at((0, 0, 0))
controller = gfx.OrbitController(camera, register_events=renderer, target=(0, 0, 0))


def draw() -> None:
    renderer.render(scene, camera)


canvas.request_draw(draw)

if __name__ == "__main__":
    loop.run()
