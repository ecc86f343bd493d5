"""Files that a program gives by itself, beside the page's own or in place of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TypeAlias

from .assets import Asset

__all__ = ["Resource", "Resources"]

Resource: TypeAlias = tuple[str, str | bytes]
"""Its content type, and its body."""


class Resources:
    """Reads a program's dict anew with each request, so that what it changes shows.

    given: names, such as "logo.png", with their files.
    """

    def __init__(self, given: Mapping[str, Resource]) -> None:
        self._given = given
        self._made: dict[str, tuple[Resource, Asset]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._given

    async def get(self, name: str) -> Asset | None:
        """The file of that name, or None."""
        resource = self._given.get(name)
        if resource is None:
            return None
        made = self._made.get(name)
        if made is None or made[0] != resource:
            # A large one takes long to compress, and pictures are to leave meanwhile.
            made = self._made[name] = resource, await asyncio.to_thread(_asset, *resource)
        return made[1]


def _asset(content_type: str, body: str | bytes) -> Asset:
    if isinstance(body, str):
        if content_type.startswith("text/") and "charset" not in content_type:
            content_type += "; charset=utf-8"
        body = body.encode()
    return Asset.of(body, content_type)
