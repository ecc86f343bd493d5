"""What a rendercanvas program is told of its frames: `get_stats()`."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

from ..peers.peer import Peer

# Pictures whose times are remembered.
REMEMBERED = 4096


class Statistics:
    """Counts from `reset()` on. Pictures are counted by the program's thread, their showing by the canvas's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset(())

    def reset(self, peers: Sequence[Peer]) -> None:
        """Count anew from the next picture on."""
        with self._lock:
            self._sent_before = {peer.id: peer.stats.frames for peer in peers}
            self._pictures = 0
            self._shown = 0
            self._first: float | None = None
            self._last = 0.0
            self._times: deque[float] = deque(maxlen=REMEMBERED)

    def picture(self, now: float) -> None:
        """The program handed over a picture."""
        with self._lock:
            self._pictures += 1
            self._first = now if self._first is None else self._first

    def shown(self, now: float, took: float | None) -> None:
        """A picture came onto a screen, so many seconds after its hand-over where that is known."""
        with self._lock:
            self._shown += 1
            self._last = now
            if took is not None:
                self._times.append(took)

    def figures(self, peers: Sequence[Peer]) -> dict[str, Any]:
        """See `RtcRenderCanvas.get_stats`."""
        stats = {peer.id: peer.stats for peer in peers}
        with self._lock:
            times = sorted(self._times)
            passed = 0.0 if self._first is None else self._last - self._first
            sent = sum(each.frames - self._sent_before.get(id, 0) for id, each in stats.items())
            return {
                "encoded_frames": self._pictures,
                "sent_frames": sent,
                "confirmed_frames": self._shown,
                "encoding": _mean([each.encode_time for each in stats.values()]),
                "roundtrip": _mean(times),
                "roundtrip_p50": _percentile(times, 0.5),
                "roundtrip_p95": _percentile(times, 0.95),
                "fps": self._shown / passed if passed > 0 else 0.0,
                "bytes": sum(each.bytes for each in stats.values()),
                "peers": {id: each.as_dict() for id, each in stats.items()},
            }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0.0
