"""What a sender sent and what a browser reported of it, as `python -m tests.wan.record` keeps it in `recorded/`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).with_name("recorded")

# Times are kept in microseconds; those of the browser have 250.
_PER_SECOND = 1e6

_NO_FRAME = 0xFFFF


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet, in the order of the transport-wide numbers, which begin with 0. Seconds, bytes with all headers.

    frame: in whose train it left, None for one sent by itself.
    """

    time: float
    size: int
    frame: int | None


@dataclass(frozen=True, slots=True)
class Reported:
    """An RTCP packet of format 15 as it came."""

    time: float
    packet: bytes


@dataclass(frozen=True)
class Recording:
    """One connection from its beginning; the first packet is sent at 0.

    rates: (time, bits per second) of each change of the link.
    """

    sent: Sequence[Sent]
    reported: Sequence[Reported]
    rates: Sequence[tuple[float, float]]

    def events(self) -> Iterator[Sent | Reported]:
        """All that happened, in the order in which it did."""
        events: list[Sent | Reported] = [*self.sent, *self.reported]
        return iter(sorted(events, key=lambda event: event.time))

    def capacity(self, time: float) -> float:
        """What the link carried at a time, bits per second."""
        return [rate for change, rate in self.rates if change <= time][-1]

    def save(self, path: Path) -> None:
        """Write a small file, its name ending in `.npz`."""
        np.savez_compressed(
            path,
            sent_times=_differences([packet.time for packet in self.sent]),
            sizes=np.array([packet.size for packet in self.sent], np.uint16),
            frames=np.array(
                [_NO_FRAME if packet.frame is None else packet.frame for packet in self.sent],
                np.uint16,
            ),
            report_times=_differences([report.time for report in self.reported]),
            report_sizes=np.array([len(report.packet) for report in self.reported], np.uint16),
            reports=np.frombuffer(b"".join(report.packet for report in self.reported), np.uint8),
            rates=np.array(self.rates),
        )


def load(path: Path) -> Recording:
    """Read what :meth:`Recording.save` wrote."""
    with np.load(path) as file:
        sent = zip(_times(file["sent_times"]), file["sizes"], file["frames"], strict=True)
        packets = file["reports"].tobytes()
        ends = itertools.pairwise([0, *np.cumsum(file["report_sizes"])])
        reported = zip(_times(file["report_times"]), ends, strict=True)
        return Recording(
            sent=[
                Sent(time, int(size), None if frame == _NO_FRAME else int(frame))
                for time, size, frame in sent
            ],
            reported=[Reported(time, packets[begin:end]) for time, (begin, end) in reported],
            rates=[(float(time), float(rate)) for time, rate in file["rates"]],
        )


def _differences(times: Sequence[float]) -> NDArray[np.uint32]:
    """Small numbers, which compress well."""
    return np.diff(np.round(np.array(times) * _PER_SECOND), prepend=0).astype(np.uint32)


def _times(differences: NDArray[np.uint32]) -> list[float]:
    times: list[float] = (np.cumsum(differences, dtype=np.uint64) / _PER_SECOND).tolist()
    return times
