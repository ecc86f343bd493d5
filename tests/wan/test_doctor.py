"""What the doctor says on the viewer's side of a network that loses something."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ..benchmarks.subject import Subject
from . import packets
from .network import SERVER, Network, network

pytestmark = [pytest.mark.laboratory, pytest.mark.usefixtures("_laboratory")]


def doctor(made: Network, url: str) -> subprocess.CompletedProcess[str]:
    """Ask it in the viewer's namespace."""
    command = [*made.viewers[0].inside, sys.executable, "-m", "rtc_canvas", "doctor", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def test_where_udp_is_blocked_it_says_so() -> None:
    with (
        network(1) as made,
        Subject("ours", 30, [f"--host={SERVER}"], inside=made.server.inside) as subject,
    ):
        made.block(0, packets.UDP)
        told = doctor(made, subject.url)
    assert told.returncode == 1, told.stdout + told.stderr
    assert "No UDP gets through" in told.stdout
    assert "Open UDP port" in told.stdout
    assert f"TCP {SERVER}" in told.stdout
    assert "1 problem found." in told.stdout
