"""The canvases of a loop inside of a server of somebody else's."""

from __future__ import annotations

import contextvars
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

    begin: is called then, and with each request, in a copy of the context that this is made in.
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
        self._context = contextvars.copy_context()

    def begin(self) -> None:
        """See `Mounted.begin`."""
        super().begin()
        # Nothing of the request that happens to be the first goes with the program; what the program has set does.
        self._context.copy().run(self._begin_program)

    async def site(self, request: Request) -> Site:
        """See `Mounted.site`."""
        self.begin()
        return await super().site(request)
