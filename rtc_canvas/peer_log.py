"""The log lines of one peer."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any, TypeAlias

Log: TypeAlias = logging.LoggerAdapter[logging.Logger]
"""Where the lines about one peer go."""

_log = logging.getLogger("rtc_canvas.peer")


class PeerLog(logging.LoggerAdapter[logging.Logger]):
    """Puts the peer's id in front of each line."""

    def __init__(self, peer: str) -> None:
        super().__init__(_log)
        self._peer = peer

    def process(
        self, msg: str, kwargs: MutableMapping[str, Any]
    ) -> tuple[str, MutableMapping[str, Any]]:
        return f"peer {self._peer}: {msg}", kwargs
