"""The canvases of a loop inside of a server of somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Unpack

from signaling.authorization import Authorize
from signaling.request import Request
from signaling.site import Site

from ..canvas import Canvas
from ..config import MountOptions
from ..serving.mounted import Mounted


class MountedLoop(Mounted):
    """Begins the program's loop on the event loop of whoever mounts it: when that begins, or with the first request.

    begin: is called then, and with each request.
    """

    def __init__(
        self,
        canvases: Callable[[], Mapping[str, Canvas]],
        begin: Callable[[], None],
        authorize: Authorize | None,
        **options: Unpack[MountOptions],
    ) -> None:
        super().__init__(canvases, authorize, **options)
        self._begin_program = begin

    def begin(self) -> None:
        """See `Mounted.begin`."""
        self._begin_program()

    async def site(self, request: Request) -> Site:
        """See `Mounted.site`."""
        self._begin_program()
        return await super().site(request)
