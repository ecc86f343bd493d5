"""What aiohttp writes down about the connections of a server, less what strangers could fill a log with."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError


class HttpLog(logging.LoggerAdapter[logging.Logger]):
    """aiohttp's own log, for its `AppRunner`: a malformed request is counted there, with a line at debug.

    malformed: how many came.
    """

    def __init__(self) -> None:
        super().__init__(logging.getLogger("aiohttp.server"))
        self.malformed = 0

    def log(self, level: int, msg: object, *args: object, **more: Any) -> None:
        error = more.get("exc_info")
        if isinstance(error, HttpProcessingError | RequestPayloadError):
            self.malformed += 1
            self.logger.debug("A malformed request was refused: %.200r", str(error))
        else:
            super().log(level, msg, *args, **more)
