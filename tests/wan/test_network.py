from __future__ import annotations

from pathlib import Path

import pytest

from .network import unavailable


def test_without_iproute2_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "The link laboratory needs" in str(unavailable())
