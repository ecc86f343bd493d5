"""The command's part: what it takes, and what it prints."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from ..ice_servers import IceServer, TurnSecret
from .findings import Finding, verdict
from .ice_probe import PATIENCE, Credentials, try_ice_server
from .judgements import judge_ice_server
from .machine import examine_machine
from .site import examine_site

FOUND = 1
"""The exit code where there is a problem."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What to look at.

    url: a server, by the link that it printed; None for this machine and the ICE servers given.
    host, port: where a server would listen here.
    insecure: whether the URL's token goes to a server whose certificate does not hold.
    """

    url: str | None
    host: str
    port: int
    ice_servers: Sequence[IceServer | TurnSecret] = ()
    insecure: bool = False


def examine(checkup: Checkup, *, patience: float = PATIENCE) -> int:
    """Print what is found as it is found. Returns the exit code.

    patience: seconds that each try may take.
    """
    return asyncio.run(_examine(checkup, patience))


async def _examine(checkup: Checkup, patience: float) -> int:
    found: list[Finding] = []
    async for finding in findings(checkup, patience=patience):
        print(finding, flush=True)
        found.append(finding)
    print(verdict(found))
    return FOUND if any(finding.mark == "problem" for finding in found) else 0


async def findings(checkup: Checkup, *, patience: float = PATIENCE) -> AsyncIterator[Finding]:
    """All that is found, one after the other."""
    if checkup.url is not None:
        async for finding in examine_site(
            checkup.url, patience=patience, insecure=checkup.insecure
        ):
            yield finding
    else:
        for finding in await examine_machine(checkup.host, checkup.port):
            yield finding
    for server in checkup.ice_servers:
        entry = server.entry("doctor", time.time())
        username = entry.get("username", "")
        for url in entry["urls"]:
            credentials = Credentials(username, entry.get("credential", ""))
            outcome = await try_ice_server(url, credentials, patience=patience)
            yield judge_ice_server(
                url,
                outcome,
                username=username,
                now=time.time(),
                secret=isinstance(server, TurnSecret),
            )
