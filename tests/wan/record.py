"""``python -m tests.wan.record``: write the recordings in ``tests/recorded``, on which the estimator is tested."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..recording import FOLDER, Recording, Reported, Sent
from .contenders import Contender
from .scenario import Scenario
from .scenarios import JITTER, STEPPED
from .trial import observe

SUBJECT = Contender("rtc_canvas, recorded", "ours_recorded")
SCENARIOS: Sequence[Scenario] = (STEPPED.shortened(1 / 3), replace(JITTER, duration=10))


def main() -> None:
    for scenario in SCENARIOS:
        record(scenario).save(FOLDER / f"{scenario.name}.npz")


def record(scenario: Scenario) -> Recording:
    """One run of a scenario."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recording"
        os.environ["RECORDING"] = str(file)
        start = observe(scenario, SUBJECT).start
        sent, reported = pickle.loads(file.read_bytes())
    origin = sent[0].time
    first, *changes = scenario.links[0]
    rates = [(start + step.at - origin, step.conditions.rate) for step in changes]
    return Recording(
        sent=[Sent(packet.time - origin, packet.size, packet.frame) for packet in sent],
        reported=[Reported(report.time - origin, report.packet) for report in reported],
        rates=[(0.0, first.conditions.rate), *rates],
    )


if __name__ == "__main__":
    main()
