"""What the TURN server of the documentation passes on, and what it does not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from pathlib import Path

import pytest
from aioice.turn import create_turn_endpoint

from ..wan.namespace import entered
from . import coturn
from .places import MACHINE, one_machine

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]

PRIVATE = ("10.99.0.1", "172.20.0.1", "192.168.8.1", "169.254.169.254", "100.64.0.1", "127.0.0.1")
PATIENCE = 10.0


def test_it_passes_nothing_on_to_private_addresses_but_the_programs() -> None:
    with (
        one_machine() as place,
        coturn.coturn(place.server, place.folder, MACHINE),
        entered(place.server.name),
    ):
        denied = asyncio.run(send_through_it([*PRIVATE, MACHINE], place.folder / "coturn.log"))
    assert denied == set(PRIVATE)


async def send_through_it(peers: list[str], log: Path) -> set[str]:
    """Which of the peers it says to have denied, once all of them were asked for."""
    name = str(int(time.time()) + 60)
    digest = hmac.digest(coturn.SECRET.encode(), name.encode(), hashlib.sha1)
    transport, _ = await create_turn_endpoint(
        asyncio.DatagramProtocol,
        server_addr=(MACHINE, coturn.PORT),
        username=name,
        password=base64.b64encode(digest).decode(),
    )
    for peer in peers:
        transport.sendto(b"packet", (peer, 9))
    answers = await asyncio.to_thread(_answers, log, len(peers))
    transport.close()
    return {peer for peer in peers if any(f" {peer} denied" in line for line in answers)}


def _answers(log: Path, count: int) -> list[str]:
    """The lines of a log that tell what became of so many requests."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answers = [line for line in log.read_text().splitlines() if _is_answer(line)]
        if len(answers) >= count:
            return answers
        time.sleep(0.05)
    raise TimeoutError(f"coturn answered too little within {PATIENCE:g} s:\n{log.read_text()}")


def _is_answer(line: str) -> bool:
    return " denied" in line or "CHANNEL_BIND processed, success" in line
