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
        (
            "/static/v-0123456789abcdef/a/b.js",
            Route(Kind.STATIC, None, "a/b.js", "0123456789abcdef"),
        ),
        (
            "/left/static/v-0123456789abcdef/b.js",
            Route(Kind.STATIC, "left", "b.js", "0123456789abcdef"),
        ),
        ("/static/v-0123/b.js", Route(Kind.STATIC, None, "v-0123/b.js")),
        ("/api/config", Route(Kind.CONFIG)),
        ("/left/api/config", Route(Kind.CONFIG, "left")),
        ("/snapshot/left.png", Route(Kind.SNAPSHOT, "left")),
        ("/whep/left", Route(Kind.ENDPOINT, "left")),
        ("/whep/left/Ab_9-", Route(Kind.SESSION, "left", "Ab_9-")),
        ("/ws/left", Route(Kind.WEBSOCKET, "left")),
        ("/logo.png", Route(Kind.RESOURCE, None, "logo.png")),
        ("/left/logo.png", Route(Kind.RESOURCE, "left", "logo.png")),
        ("", None),
        ("//", None),
        ("/Left/", None),
        ("/left/other", None),
        ("/whep/left/", None),
        ("/whep/left/a/b", None),
        ("/left/pictures/logo.png", None),
        ("/left/.", None),
        (f"/{64 * 'a'}/", None),
        ("/left/\n", None),
    ],
)
def test_a_path_names(path: str, found: Route | None) -> None:
    assert route(path) == found
