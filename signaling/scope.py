"""A request out of what ASGI calls its scope (HTTP & WebSocket specification, version 2.5). Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

from .request import Fields, Request

__all__ = ["Scope", "path_below", "request_of"]

Scope: TypeAlias = Mapping[str, Any]


def request_of(scope: Scope) -> Request:
    """The request of an `http` or `websocket` scope."""
    server, client = scope.get("server"), scope.get("client")
    return Request(
        method=scope.get("method", "GET"),
        path=path_below(scope),
        prefix=quote(scope.get("root_path", "").rstrip("/")),
        query_string=scope.get("query_string", b"").decode("latin-1"),
        headers=Fields(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ),
        client=client[0] if client else None,
        local=server[0] if server and _is_address(server[0]) else None,
        port=server[1] if server else None,
        encrypted=scope.get("scheme") in ("https", "wss"),
        native=MappingProxyType(dict(scope)),
        given=scope,
    )


def path_below(scope: Scope) -> str:
    """The path below the place where the application is mounted; empty at that place without a slash.

    The specification has `root_path` at the beginning of `path`. Those who mount in the way of before (Starlette until
    0.32, and others to this day) take it away there, but leave `raw_path` as it came. Where a proxy takes away what an
    application was told as its `root_path`, such as `FastAPI(root_path="/api")`, both have only what mounts add to it.
    """
    path: str = scope["path"]
    raw = _unquoted(scope.get("raw_path"))
    prefixes = _prefixes(scope)
    if any(raw == prefix + path for prefix in prefixes):
        return path
    for prefix in prefixes:
        if path == prefix or path.startswith(f"{prefix}/"):
            return path[len(prefix) :]
    return path


def _prefixes(scope: Scope) -> list[str]:
    """What may stand before the path below: all of `root_path`, or what mounts have added to the application's own."""
    root: str = scope.get("root_path", "").rstrip("/")
    own: str = scope.get("app_root_path", "").rstrip("/")
    return [root, root[len(own) :]] if own and root.startswith(f"{own}/") else [root]


def _unquoted(raw: bytes | None) -> str | None:
    return None if raw is None else unquote(raw.partition(b"?")[0].decode("latin-1"))


def _is_address(host: object) -> bool:
    # It is a path, or a name, where that is what the server was told to listen at.
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True
