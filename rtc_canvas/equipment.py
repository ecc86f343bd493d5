"""What makes the frames for one transport: an encoder, and all that it is told."""

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


@dataclass(frozen=True, slots=True)
class Equipment:
    """See `Peer.attach`."""

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
        chroma = ChromaChoice(
            obstacle or chroma_obstacle(encoder.name),
            insists=config.chroma == "444",
            cores=os.cpu_count() or 1,
        )
        return Equipment(encoder, Adaptation(config.prefer, config.min_fps), chroma, executor)

    return make
