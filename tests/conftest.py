"""What every test has around it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from . import leaks

# How long an example takes tells of the machine.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


@pytest.fixture(autouse=True)
def _state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tokens out of the home of whoever runs the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("RTC_CANVAS_TOKEN", raising=False)


@pytest.fixture(autouse=True)
def _nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a socket, a peer connection or an encoder behind."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        # First, as it brings the event loop, whose own two sockets are no leak.
        request.getfixturevalue("_no_task_is_left")
    before = leaks.snapshot()
    yield
    found = leaks.leftovers(before)
    assert not found, f"The test left behind: {', '.join(found)}"


@pytest.fixture
async def _no_task_is_left() -> AsyncIterator[None]:
    """Fail an asynchronous test that leaves a task running."""
    yield
    found = leaks.running_tasks()
    assert not found, f"The test left tasks behind: {', '.join(found)}"


@pytest.fixture(scope="session")
def gpu() -> None:
    """The device of all tests that draw by one; its thread stays."""
    # Here, as most tests need no rendercanvas.
    from .rendercanvas_canvases import gpu_device

    gpu_device()
