"""What makes the frames for one transport: an encoder, and all that decides how it is used."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from .adaptation import Adaptation
from .chroma import ChromaChoice
from .config import VideoConfig
from .encoded_frame import Codec
from .video.choice import chroma_obstacle, make_encoder
from .video.encoder import VideoEncoder

HUNGER: dict[Codec, float] = {"jpeg": 12.0}
"""How many times the bits of H.264 a codec needs."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """Of one peer, while one transport is in use.

    chroma, adaptation: choose the form of each frame. executor: where encoding runs, one job at a time.
    """

    encoder: VideoEncoder
    adaptation: Adaptation
    chroma: ChromaChoice
    executor: Executor


async def equipment_maker(
    codec: Codec, obstacle: str | None, config: VideoConfig, executor: Executor
) -> Callable[[], Equipment]:
    """What makes new equipment each time that a transport comes into use.

    obstacle: why its frames may not be of 4:4:4, None where they may.

    Raises:
        EncoderError: where there is no such encoder.
    """
    # Once on another thread, as a hardware encoder is tried out first.
    await asyncio.to_thread(make_encoder, codec, config)

    def make() -> Equipment:
        encoder = make_encoder(codec, config)
        # JPEG is of 4:4:4 always, whatever that costs.
        against = None if codec == "jpeg" else obstacle or chroma_obstacle(encoder.name)
        insists = codec == "jpeg" or config.chroma == "444"
        chroma = ChromaChoice(against, insists=insists, cores=os.cpu_count() or 1)
        adaptation = Adaptation(config.prefer, config.min_fps, HUNGER.get(codec, 1.0))
        return Equipment(encoder, adaptation, chroma, executor)

    return make
