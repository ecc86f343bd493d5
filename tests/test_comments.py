"""The client's modules without their comments: the same programs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from signaling.comments import without_comments

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "static").rglob("*.js"))

# What is left of each program once a parser has taken all comments away.
PARSED = """
const ts = require("typescript");
const bare = (source) => {
  const file = ts.createSourceFile("module.js", source, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  return ts.createPrinter({ removeComments: true }).printFile(file);
};
const sources = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(sources.map(bare)));
"""


@pytest.mark.parametrize(
    ("module", "left"),
    [
        ("// all\nlet a = 1;\n", "\nlet a = 1;\n"),
        ("  // indented\n", "\n"),
        ("/**\n * two\n */\nlet a;\n", "\n\n\nlet a;\n"),
        ("  /** one */\nlet a; // beside\n", "\nlet a; // beside\n"),
        ("const b = /** @type {A} */ (a);\n", "const b = /** @type {A} */ (a);\n"),
        ("/** @param {A} a */ (a) => a;\n", "/** @param {A} a */ (a) => a;\n"),
        ("const style = `\n/* of CSS */\n`;\n", "const style = `\n/* of CSS */\n`;\n"),
        ('const url = "http://example.org";\n', 'const url = "http://example.org";\n'),
        ("/** one */\nlet a;\n/** two */\n", "\nlet a;\n\n"),
    ],
)
def test_whole_lines_go_and_leave_their_place(module: str, left: str) -> None:
    assert without_comments(module.encode()) == left.encode()


def test_all_modules_are_the_same_programs() -> None:
    with_them = [module.read_text() for module in MODULES]
    without = [without_comments(source.encode()).decode() for source in with_them]
    parsed = parse([*with_them, *without])
    assert parsed[: len(MODULES)] == parsed[len(MODULES) :]
    assert [source.count("\n") for source in without] == [
        source.count("\n") for source in with_them
    ]
    # And nearly nothing is left of the comments.
    assert sum(map(len, without)) < 1.1 * sum(map(len, parsed[: len(MODULES)]))


def parse(sources: list[str]) -> list[str]:
    node = shutil.which("node")
    assert node is not None, "Node is missing: apt-get install -y nodejs"
    done = subprocess.run(
        [node, "-e", PARSED], cwd=ROOT, input=json.dumps(sources), capture_output=True, text=True
    )
    assert done.returncode == 0, f"npm ci is missing: {done.stderr}"
    parsed: list[str] = json.loads(done.stdout)
    return parsed
