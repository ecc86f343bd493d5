"""What may import what, as `docs/architecture.md` draws it: in the source, and in fresh processes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(layer.split())
    for layer in (
        "version exceptions encoded_frame stillness",
        "config control events messages stats",
        "video rtc",
        "peer_input stage stream",
        "peer",
        "audience drawing",
        "canvas",
        "canvas_track sessions static",
        "server",
        "running",
        "demo targets",
        "cli",
        "__main__",
    )
)
"""The modules of rtc_canvas from the bottom up; each imports from layers below its own only. A package is one module."""

FOREIGN = frozenset({"aiohttp", "aiortc", "aioice", "av", "numpy"})
"""What the project depends on."""

WHO_MAY: dict[str, tuple[str, ...]] = {
    "aiohttp": ("signaling.app", "rtc_canvas.server"),
    "aioice": ("rtc_canvas.rtc.compat",),
    "aiortc": ("rtc_canvas.rtc", "rtc_canvas.canvas_track", "rtc_canvas.config", "rtc_canvas.sessions"),
    "signaling": ("signaling", "rtc_canvas", "rtc_canvas.server", "rtc_canvas.sessions"),
    "rtc_canvas": ("rtc_canvas",),
}  # fmt: skip
"""The modules, or packages, that may import these; "rtc_canvas" stands for its `__init__` where a module is meant."""


def modules() -> Iterator[tuple[str, Path]]:
    """All modules by their dotted names."""
    for package in ("rtc_canvas", "signaling"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


def imports(name: str) -> set[str]:
    """The modules that a module imports anywhere, by their dotted names."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                origin = ".".join([*parents, *([origin] if origin else [])])
            within = {f"{origin}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= within or {origin}
    return found


def layer_of(name: str) -> int:
    module = name.split(".")[1]
    [layer] = [index for index, names in enumerate(LAYERS) if module in names]
    return layer


OURS = [name for name in MODULES if name.startswith("rtc_canvas.")]


def test_each_module_has_one_layer() -> None:
    layered = [name for layer in LAYERS for name in layer]
    assert len(layered) == len(set(layered))
    assert {name.split(".")[1] for name in OURS} == set(layered)


@pytest.mark.parametrize("name", OURS)
def test_imports_go_down(name: str) -> None:
    own = name.split(".")[1]
    for imported in imports(name):
        if imported.startswith("rtc_canvas") and imported.split(".")[1:2] != [own]:
            assert imported.startswith("rtc_canvas."), "the door is for programs"
            assert layer_of(imported) < layer_of(name), f"{name} imports {imported}"


@pytest.mark.parametrize("name", MODULES)
def test_who_may_import_what(name: str) -> None:
    for imported in {module.split(".")[0] for module in imports(name)} & WHO_MAY.keys():
        allowed = WHO_MAY[imported]
        assert any(
            name == each or (name.startswith(f"{each}.") and each != "rtc_canvas")
            for each in allowed
        ) or (imported == "rtc_canvas" and name.startswith("rtc_canvas.")), (
            f"{name} imports {imported}, which is for {', '.join(allowed)}"
        )


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("signaling")])
def test_signaling_knows_no_pictures_and_no_connections(name: str) -> None:
    packages = {module.split(".")[0] for module in imports(name)}
    assert packages.isdisjoint({"rtc_canvas", "aiortc", "aioice", "av", "numpy"})


@pytest.mark.parametrize("name", [name for name in OURS if name != "rtc_canvas.rtc.compat"])
def test_private_names_of_others_are_for_compat(name: str) -> None:
    if name.startswith("rtc_canvas.rtc.compat."):
        return
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = node.value
            assert isinstance(owner, ast.Name) and owner.id in ("self", "cls"), (
                f"{name}:{node.lineno} reaches for {ast.unparse(node)}"
            )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            hidden = [alias.name for alias in node.names if is_private(alias.name)]
            assert not hidden, f"{name}:{node.lineno} imports {hidden}"


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


# In fresh processes.

ALONE = """
import importlib, json, sys, types
# A bare parent: the real one imports everything.
parent = types.ModuleType("rtc_canvas")
parent.__path__ = ["rtc_canvas"]
sys.modules["rtc_canvas"] = parent
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def loaded_by(name: str) -> set[str]:
    """The packages that are loaded once a module has been imported alone."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, name], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("name", ["whep", "access", "sdp", "trickle", "token", "discovery"])
def test_signaling_without_a_server_needs_the_standard_library_only(name: str) -> None:
    assert loaded_by(f"signaling.{name}").isdisjoint({*FOREIGN, "rtc_canvas.peer"})


@pytest.mark.parametrize(
    "name", ["control", "encoded_frame", "events", "exceptions", "messages", "stats", "stillness"]
)
def test_what_is_pure_needs_the_standard_library_only(name: str) -> None:
    assert loaded_by(f"rtc_canvas.{name}").isdisjoint({*FOREIGN, "asyncio", "signaling"})


def test_pictures_need_no_connections() -> None:
    loaded = loaded_by("rtc_canvas.video.h264")
    assert {"av", "numpy"} <= loaded
    assert loaded.isdisjoint({"aiohttp", "aiortc", "aioice", "signaling"})
