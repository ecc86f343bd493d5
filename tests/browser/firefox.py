"""Debian's Firefox, driven by puppeteer-core over WebDriver BiDi: playwright drives only a Firefox of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from .program import PATIENCE
from .viewer import Tab

FIREFOX = Path("/usr/bin/firefox-esr")
PUPPETEER = Path(__file__).parents[2] / "node_modules/puppeteer-core"
SCRIPT = Path(__file__).with_name("firefox.mjs")

LONGEST_LINE = 1 << 24


class Firefox(Tab):
    """Has one tab at a time, each in a profile of its own, 640 x 480 pixels large."""

    def __init__(self, calls: asyncio.StreamWriter, answers: asyncio.StreamReader) -> None:
        self._calls, self._answers = calls, answers
        self._number = 0

    async def open(self, url: str) -> None:
        """Load a page, in the place of the one before."""
        await self._call("open", url)

    async def close(self) -> None:
        """Close the page, if there is one."""
        await self._call("close")

    async def move(self, x: float, y: float) -> None:
        """Have the pointer there."""
        await self._call("mouse.move", x, y)

    async def click(self, x: float, y: float) -> None:
        await self._call("mouse.click", x, y)

    async def value(self, expression: str) -> Any:
        return await self._call("evaluate", expression)

    async def becomes_true(self, condition: str) -> bool:
        try:
            await self._call("waitForFunction", condition, {"timeout": 1000 * PATIENCE})
        except AssertionError as error:
            if "Waiting failed" not in str(error):
                raise
            return False
        return True

    async def _call(self, name: str, *given: Any) -> Any:
        self._number += 1
        number = self._number
        self._calls.write(json.dumps([number, name, *given]).encode() + b"\n")
        answer: dict[str, Any] = {}
        # That of a call that was given up comes first.
        while answer.get("number") != number:
            line = await self._answers.readline()
            assert line, "Firefox's driver has ended; what it wrote to stderr tells why."
            answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]


@asynccontextmanager
async def started() -> AsyncIterator[Firefox]:
    """One without a tab."""
    process = await asyncio.create_subprocess_exec(
        *("node", str(SCRIPT)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Firefox(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        assert await process.wait() == 0
