from __future__ import annotations

import pytest

from signaling.encoding import accepts_gzip


@pytest.mark.parametrize(
    ("field", "accepted"),
    [
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("x-gzip", True),
        ("*", True),
        ("deflate, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br, deflate", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=much", False),
    ],
)
def test_what_takes_gzip(field: str, accepted: bool) -> None:
    assert accepts_gzip(field) is accepted
