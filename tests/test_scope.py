"""ASGI's scope, as the specification has it and as those do who mount in other ways."""

from __future__ import annotations

from typing import Any

import pytest

from signaling.scope import path_below, request_of

# An application that was told where it is, in which ours is mounted at /view.
APP: dict[str, Any] = {"app_root_path": "/api/v1", "root_path": "/api/v1/view"}


@pytest.mark.parametrize(
    ("scope", "below"),
    [
        ({"path": "/"}, "/"),
        ({"path": "/main/", "root_path": ""}, "/main/"),
        # As the specification has it: root_path is the beginning of path.
        ({"path": "/view/main/", "root_path": "/view"}, "/main/"),
        ({"path": "/view/", "root_path": "/view"}, "/"),
        ({"path": "/view", "root_path": "/view"}, ""),
        ({"path": "/view/view/", "root_path": "/view", "raw_path": b"/view/view/"}, "/view/"),
        ({"path": "/a/view/x", "root_path": "/a/view/", "raw_path": b"/a/view/x"}, "/x"),
        # As it was: what is mounted sees its own part of the path alone.
        ({"path": "/main/", "root_path": "/view", "raw_path": b"/view/main/"}, "/main/"),
        ({"path": "/view/", "root_path": "/view", "raw_path": b"/view/view/"}, "/view/"),
        ({"path": "/", "root_path": "/view", "raw_path": b"/view/"}, "/"),
        ({"path": "/", "root_path": "/a b", "raw_path": b"/a%20b/"}, "/"),
        # A proxy took root_path away, and the server was told so.
        ({"path": "/main/", "root_path": "/proxy", "raw_path": b"/main/"}, "/main/"),
        ({"path": "/main/", "root_path": "/proxy"}, "/main/"),
        # It was, or its application was, and that mounts ours: the path has what the mount adds, and no more.
        (APP | {"path": "/view/main/", "raw_path": b"/view/main/"}, "/main/"),
        (APP | {"path": "/view/main/"}, "/main/"),
        (APP | {"path": "/view/view/", "raw_path": b"/view/view/"}, "/view/"),
        (APP | {"path": "/view/", "raw_path": b"/view/"}, "/"),
        (APP | {"path": "/view", "raw_path": b"/view"}, ""),
        # No proxy took anything away.
        (APP | {"path": "/api/v1/view/main/", "raw_path": b"/api/v1/view/main/"}, "/main/"),
        (APP | {"path": "/api/v1/view", "raw_path": b"/api/v1/view"}, ""),
        # Both as it was.
        (APP | {"path": "/main/", "raw_path": b"/view/main/"}, "/main/"),
        (APP | {"path": "/view/", "raw_path": b"/view/view/"}, "/view/"),
        (APP | {"path": "/view/", "raw_path": b"/api/v1/view/view/"}, "/view/"),
        (APP | {"path": "/", "raw_path": b"/view/"}, "/"),
        # It is mounted below another mount, or where nothing is added.
        (APP | {"root_path": "/api/v1/a/view", "path": "/a/view/main/"}, "/main/"),
        (APP | {"root_path": "/api/v1", "path": "/main/", "raw_path": b"/main/"}, "/main/"),
        (APP | {"root_path": "/api/v1", "path": "/api/v1/main/"}, "/main/"),
        # A name that only begins in the same way.
        (APP | {"path": "/viewer/", "raw_path": b"/viewer/"}, "/viewer/"),
        ({"app_root_path": "/vi", "root_path": "/view", "path": "/ew/main/"}, "/ew/main/"),
        ({"path": "/viewer/", "root_path": "/view", "raw_path": b"/viewer/"}, "/viewer/"),
    ],
)
def test_the_path_below_the_mount(scope: dict[str, Any], below: str) -> None:
    assert path_below(scope) == below


SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/a b/whep/main",
    "root_path": "/a b",
    "query_string": b"codec=vp8&x=%26",
    "headers": [(b"host", b"lab:8000"), (b"cookie", b"a=1")],
    "client": ("10.0.0.2", 4711),
    "server": ("10.0.0.1", 8000),
    "scheme": "https",
    "session": {"user": "ann"},
}


def test_a_request_out_of_it() -> None:
    request = request_of(SCOPE)
    assert (request.method, request.path, request.prefix) == ("POST", "/whep/main", "/a%20b")
    assert (request.query["x"], request.headers["Host"]) == ("&", "lab:8000")
    assert (request.client, request.local, request.port) == ("10.0.0.2", "10.0.0.1", 8000)
    assert (request.encrypted, request.session["user"]) == (True, "ann")
    assert request.native["type"] == "http"


def test_a_websocket_has_no_method_and_may_lack_the_rest() -> None:
    request = request_of({"type": "websocket", "path": "/ws/main", "headers": [], "scheme": "wss"})
    assert (request.method, request.encrypted, request.query) == ("GET", True, {})
    assert (request.client, request.local, request.port) == (None, None, None)


def test_a_socket_in_the_file_system_is_no_address() -> None:
    request = request_of({**SCOPE, "server": ("/run/site.sock", None), "client": None})
    assert (request.local, request.port, request.client) == (None, None, None)
