"""Each example shows a picture through the command, and ends when told to."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession

from .command import ROOT, Command, command

# Those inside other frameworks run by themselves; `test_mounted` has them.
EXAMPLES = sorted(
    path for path in (ROOT / "examples").glob("*.py") if not path.stem.startswith("in_")
)

# It serves without run(), so the command's --port does not reach it.
ARGUMENTS = {"own_loop": ["--", "0"]}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
async def test_it_shows_a_picture(example: Path, tmp_path: Path) -> None:
    arguments = ["run", str(example), "--port", "0", *ARGUMENTS.get(example.stem, [])]
    async with command(*arguments, folder=tmp_path) as running:
        name = await first_canvas(running)
        async with running.viewer(name) as viewer:
            frame = await viewer.frame(timeout=20)
            assert frame.width >= 320
            assert await running.end() == 0


async def first_canvas(running: Command) -> str:
    base, _, token = running.url.partition("?token=")
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        ClientSession() as http,
        http.get(f"{base}api/config", headers=headers) as response,
    ):
        config = await response.json()
    return str(config["canvases"][0]["name"])
