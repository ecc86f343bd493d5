"""What a path names."""

from __future__ import annotations

import pytest

from signaling.routes import Kind, Route, route


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", Route(Kind.PAGE)),
        ("/left/", Route(Kind.PAGE, "left")),
        ("/left", Route(Kind.PAGE_WITHOUT_SLASH, "left")),
        ("/static/a/b.js", Route(Kind.STATIC, None, "a/b.js")),
        ("/left/static/b.js", Route(Kind.STATIC, "left", "b.js")),
        ("/api/config", Route(Kind.CONFIG)),
        ("/left/api/config", Route(Kind.CONFIG, "left")),
        ("/snapshot/left.png", Route(Kind.SNAPSHOT, "left")),
        ("/whep/left", Route(Kind.ENDPOINT, "left")),
        ("/whep/left/Ab_9-", Route(Kind.SESSION, "left", "Ab_9-")),
        ("/ws/left", Route(Kind.WEBSOCKET, "left")),
        ("", None),
        ("//", None),
        ("/Left/", None),
        ("/left/other", None),
        ("/whep/left/", None),
        ("/whep/left/a/b", None),
        ("/snapshot/left.jpg", None),
        (f"/{64 * 'a'}/", None),
        ("/left/\n", None),
    ],
)
def test_a_path_names(path: str, found: Route | None) -> None:
    assert route(path) == found
