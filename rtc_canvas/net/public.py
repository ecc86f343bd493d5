"""The addresses under which others know this machine: behind a 1:1 NAT, or a published port."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import time
from collections.abc import Sequence

from ..exceptions import ServeError

logger = logging.getLogger(__name__)

# Names may come to mean another address, as those of machines that get a new one each day do.
FRESH_FOR = 60.0


class PublicAddresses:
    """Addresses, given as such or by names.

    given: IP addresses and host names.
    """

    def __init__(self, given: Sequence[str] = ()) -> None:
        self._given = tuple(given)
        self._known: dict[str, list[str]] = {}
        self._looked_up = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Look all names up.

        Raises:
            ServeError: for a name that has no address.
        """
        for given in self._given:
            try:
                self._known[given] = await _addresses(given)
            except OSError as error:
                raise ServeError(
                    f"The public address {given!r} has no IP address: {error.strerror or error}. Give an address, or a "
                    "name that this machine can look up."
                ) from error
        self._looked_up = time.monotonic()

    def close(self) -> None:
        if self._refreshing is not None:
            self._refreshing.cancel()

    def now(self) -> list[str]:
        """The IP addresses as they were last known. Names that were not looked up lately are looked up beside this."""
        stale = time.monotonic() - self._looked_up > FRESH_FOR
        if stale and any(_is_name(given) for given in self._given):
            self._looked_up = time.monotonic()
            self._refreshing = asyncio.get_running_loop().create_task(self._refresh())
        return [address for given in self._given for address in self._known[given]]

    async def _refresh(self) -> None:
        for given in filter(_is_name, self._given):
            try:
                self._known[given] = await _addresses(given)
            except OSError as error:
                logger.warning("The public address %r could not be looked up: %s.", given, error)


def _is_name(given: str) -> bool:
    try:
        ipaddress.ip_address(given)
    except ValueError:
        return True
    return False


async def _addresses(given: str) -> list[str]:
    if not _is_name(given):
        return [given]
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(given, None, type=socket.SOCK_DGRAM)
    except UnicodeError as error:  # of names that are too long for DNS
        raise OSError(str(error)) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
