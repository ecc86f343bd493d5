"""What was found out, and how it is told. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal["ok", "note", "problem"]

WIDTH = 110
_INDENT = " " * 9


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried.

    mark: "note" for what is worth knowing and may be as it should.
    text: what came of it, one sentence.
    advice: the one thing to do; empty where there is nothing.
    """

    mark: Mark
    text: str
    advice: str = ""

    def __str__(self) -> str:
        told = textwrap.fill(
            self.text, WIDTH, initial_indent=f"{self.mark:<9}", subsequent_indent=_INDENT
        )
        if not self.advice:
            return told
        # Not broken at hyphens: options have some.
        return f"{told}\n" + textwrap.fill(
            self.advice,
            WIDTH,
            initial_indent=f"{_INDENT}→ ",
            subsequent_indent=f"{_INDENT}  ",
            break_on_hyphens=False,
        )


def ok(text: str) -> Finding:
    return Finding("ok", text)


def note(text: str, advice: str = "") -> Finding:
    return Finding("note", text, advice)


def problem(text: str, advice: str) -> Finding:
    return Finding("problem", text, advice)


def verdict(findings: Iterable[Finding]) -> str:
    """The last line."""
    problems = sum(finding.mark == "problem" for finding in findings)
    if not problems:
        return "No problem was found."
    return f"{problems} problem{'' if problems == 1 else 's'} found."
