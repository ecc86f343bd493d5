"""Entity tags (RFC 9110 clause 8.8.3) as clients really send them back."""

from __future__ import annotations

import re

__all__ = ["matches", "quoted"]

_TAG = re.compile(r'(?:W/)?(?:"([^"]*)"|([^",\s]+))')


def quoted(tag: str) -> str:
    """The strong ETag field for `tag`."""
    return f'"{tag}"'


def matches(field: str, tag: str) -> bool:
    """Whether an If-Match or If-None-Match field names `tag`, or is `*` for any.

    Players in the field send tags without quotes, as weak ones (proxies that compress make them
    so), and RFC 9725 itself writes `"*"`; all of these are taken.
    """
    named = {strict or loose for strict, loose in _TAG.findall(field)}
    return tag in named or "*" in named
