"""A browser that is far from its server: at the other end of an emulated link."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ...wan.link import Conditions
from ...wan.network import network, unavailable
from ..browser import CHROMIUM, Browser, launch_each
from .finding import Outcome

LINK = Conditions(rate=5e6, delay=0.020, queue=0.200)
LINK_NAME = "5 Mbit/s link, 40 ms round trip"


def on_link(measure: Callable[[Browser, Sequence[str]], Outcome]) -> Outcome:
    """Call with a browser at one end of the link, and the command that runs something at the other."""
    if (obstacle := unavailable()) is not None:
        raise RuntimeError(obstacle)

    def run() -> Outcome:
        with _linked() as (browser, inside):
            return measure(browser, inside)

    # Playwright drives the browsers of one thread together, or not at all.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


@contextmanager
def _linked() -> Iterator[tuple[Browser, Sequence[str]]]:
    """A browser at one end of the link, and the command that runs something at the other."""
    with tempfile.TemporaryDirectory() as folder, network(links=1) as made:
        made.play(0, [(time.monotonic(), LINK)])
        executable = made.viewers[0].wrap(CHROMIUM, Path(folder))
        with launch_each([executable]) as (browser,):
            yield browser, made.server.inside
