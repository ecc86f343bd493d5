"""React for pages in tests, from `node_modules`, in place of the server that pages on the web have it from."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.async_api import BrowserContext, Route

from .conftest import need

MODULES = Path(__file__).parent.parent.parent / "node_modules"
WEB = "https://esm.sh"


async def serve_react(context: BrowserContext) -> None:
    """Have the pages of a profile find React of the version in `package.json`, in its development build."""
    need(MODULES / "react", "npm ci")
    version = json.loads((MODULES / "react/package.json").read_text())["version"]
    react = f"{WEB}/react@{version}"
    client = f"{WEB}/react-dom@{version}/client?deps=react@{version}"
    bodies = {
        react: as_module("react", {"react": "react"}),
        client: as_module(
            "react-dom/client",
            {
                "scheduler": "scheduler",
                "react-dom": "react-dom",
                "react-dom/client": "react-dom-client",
            },
            f'import * as react from "{react}"; const made = {{ react }};',
        ),
    }

    async def answer(route: Route) -> None:
        # What is not there fails, so that a test needs no network.
        headers = {"Access-Control-Allow-Origin": "*"}
        body = bodies.get(route.request.url)
        if body is None:
            await route.abort()
        else:
            await route.fulfill(body=body, content_type="text/javascript", headers=headers)

    await context.route(f"{WEB}/**", answer)


def as_module(entry: str, files: dict[str, str], made: str = "const made = {};") -> str:
    """An ES module of CommonJS ones.

    entry: the one whose exports it has.
    files: the file of each.
    made: what defines those that are there already.
    """
    sources = {
        name: (MODULES / name.split("/")[0] / f"cjs/{file}.development.js").read_text()
        for name, file in files.items()
    }
    functions = ",".join(
        f"{json.dumps(name)}: (exports, require, process) => {{ {source} }}"
        for name, source in sources.items()
    )
    exports = sorted(set(re.findall(r"^ +exports\.(\w+) =", sources[entry], re.MULTILINE)))
    return f"""{made}
      const sources = {{ {functions} }};
      const process = {{ env: {{ NODE_ENV: "development" }} }};
      function require(name) {{
        if (!made[name]) sources[name]((made[name] = {{}}), require, process);
        return made[name];
      }}
      export const {{ {", ".join(exports)} }} = require({json.dumps(entry)});"""
