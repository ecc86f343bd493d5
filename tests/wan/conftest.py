"""The marker of tests that need the laboratory itself: root, network namespaces and a browser."""

from __future__ import annotations

import pytest

from .network import unavailable


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "laboratory: needs network namespaces and Chromium")
    config.addinivalue_line(
        "markers", "long: one of those that `make wan` runs, and `make test` has no time for"
    )


@pytest.fixture(scope="session")
def _laboratory() -> None:
    """Skip what the kernel or its owner forbids."""
    if (obstacle := unavailable()) is not None:
        pytest.skip(obstacle)
