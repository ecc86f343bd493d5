"""The settings of libx264, for low latency. Pure."""

from __future__ import annotations

import os

from ..encoded_frame import Chroma

PROFILES: dict[Chroma, str] = {"420": "baseline", "444": "high444"}

# Bits per pixel and second from which on 4:4:4 is made to be fast instead of small, and below which blocks would show.
PLENTY = 4.0
SCARCE = 2.0


def x264_options(size: tuple[int, int], chroma: Chroma, bitrate: float) -> dict[str, str]:
    """The options for frames of `size` that are to get `bitrate` bits per second together."""
    threads = _threads(size)
    density = bitrate / (size[0] * size[1])
    parameters = {
        "scenecut": "0",
        # Below this quantiser bits are spent that nobody can see, and a still picture never comes to rest: each sending
        # of it would repair the rounding of the one before.
        "qpmin": "14",
        "threads": str(threads),
        "sliced-threads": str(int(threads > 1)),
        **(_subsampled() if chroma == "420" else _full_chroma(density)),
    }
    return {
        # On rendered pictures the fastest preset loses nothing to the next one and takes half its time.
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": PROFILES[chroma],
        "x264-params": ":".join(f"{name}={value}" for name, value in parameters.items()),
    }


def _subsampled() -> dict[str, str]:
    # The deblocking filter, which the preset leaves out, keeps blocks from showing where bits are few.
    return {"deblock": "0,0"}


def _full_chroma(density: float) -> dict[str, str]:
    always = {
        # x264 takes the colour of 4:4:4 to matter less than half as much as the brightness. On rendered pictures it
        # does not: without the offset they lose more than one decibel of RGB.
        "chroma-qp-offset": "-6",
        # Lines and letters are better predicted in blocks of 8x8, at no measurable cost.
        "analyse": "p8x8",
    }
    if density >= PLENTY:
        return always
    # Where bits are few, two decibels are gained by finding again what moves by parts of a pixel, in a millisecond, and
    # two more by CABAC, which makes a sixth more of them and takes the viewer longer to decode.
    small = {**always, "subme": "2", "me": "hex", "cabac": "1"}
    return small if density >= SCARCE else {**small, "deblock": "0,0"}


def _threads(size: tuple[int, int]) -> int:
    """Slices in parallel shorten the wait for a large frame; a small one would only pay for them, as would any for more
    of them than there are cores.
    """
    pixels = size[0] * size[1]
    cores = os.cpu_count() or 1
    if pixels < 640 * 480:
        return 1
    most = 2 if pixels <= 1280 * 720 else 4 if pixels <= 2560 * 1440 else 8
    return min(most, cores)
