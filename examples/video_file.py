"""Show a video file, decoded with PyAV, over and over: python examples/video_file.py clip.mp4

Without a file it makes a short clip first.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import av
import numpy as np

from rtc_canvas import Canvas, run

canvas = Canvas(size=(640, 360), resizable=False, title="A video file")


def make_clip(path: Path) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.bit_rate = 640, 360, 2_000_000
        y, x = np.mgrid[:360, :640]
        for index in range(90):
            waves = [np.sin(x / 40 + y / step + index * np.pi / 15) for step in (30, 45, 90)]
            picture = np.stack([127.5 + 127.5 * wave for wave in waves], axis=-1).astype(np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        file.mux(stream.encode())


def play(path: str) -> None:
    while True:
        start = time.monotonic()
        with av.open(path) as file:
            for frame in file.decode(video=0):
                time.sleep(max(0.0, start + (frame.time or 0.0) - time.monotonic()))
                # to_ndarray() makes a new array each time: nothing to copy.
                canvas.push(frame.to_ndarray(format="rgb24"), copy=False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "clip.mp4")
        if len(sys.argv) == 1:
            make_clip(clip)
        threading.Thread(target=play, args=[str(clip)], daemon=True).start()
        run(canvas)
