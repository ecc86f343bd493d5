"""Leaves the comments out of a module of the client: they are two fifths of what a page would load. Pure."""

from __future__ import annotations

import re

__all__ = ["without_comments"]

# Whole lines of nothing but a comment: ours stand there, and nothing else does (tests/test_comments.py compares all
# modules with what a parser makes of them). Those in the middle of a line stay.
_COMMENT = re.compile(
    rb"^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/[ \t]*)$", re.MULTILINE | re.DOTALL
)


def without_comments(module: bytes) -> bytes:
    """The same JavaScript, each line at its number, so that what a browser says of it can be found in the file."""
    return _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), module)
