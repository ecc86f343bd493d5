"""What may import what, as `docs/architecture.md` draws it: in the source, and in fresh processes."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(layer.split())
    for layer in (
        "version exceptions adaptation allowance encoded_frame limitation link_stats peer_log ticks",
        "ice_servers tls chroma control events messages stats",
        "config",
        "net",
        "rtc video",
        "equipment program websocket",
        "peers",
        "look settled",
        "audience",
        "canvas",
        "canvas_track serving",
        "asgi options subapp",
        "__init__",
        "demo doctor rendercanvas targets",
        "auto",
        "cli",
        "__main__",
    )
)
"""The modules of rtc_canvas from the bottom up; a package counts as one. Above `__init__`, the door, are programs."""


def modules() -> Iterator[tuple[str, Path]]:
    """All modules by their dotted names."""
    for package in ("rtc_canvas", "signaling"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


def imports(name: str) -> set[str]:
    """The modules that a module imports, by their dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = origin_of(node, name)
            submodules = {f"{origin}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= submodules or {origin}
    return found


def origin_of(node: ast.ImportFrom, name: str) -> str:
    """The absolute name of what a module imports from."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    if MODULES[name].name != "__init__.py":
        parts.pop()
    parts = parts[: len(parts) - (node.level - 1)]
    return ".".join([*parts, *([node.module] if node.module else [])])


def importers(package: str) -> set[str]:
    """The modules that import a package, or from inside of it."""
    return {
        name
        for name in MODULES
        if any(imported.split(".")[0] == package for imported in imports(name))
    }


def outside(names: set[str], *packages: str) -> set[str]:
    """The names of modules that are in none of the packages."""
    return {name for name in names if not f"{name}.".startswith(tuple(f"{p}." for p in packages))}


# In the source.


def test_each_module_has_its_layer() -> None:
    layered = [name for layer in LAYERS for name in layer]
    assert sorted(layered) == sorted({module for name in MODULES if (module := inner(name))})


def test_imports_go_down() -> None:
    layer = {name: index for index, names in enumerate(LAYERS) for name in names}
    pairs = [(name, imported) for name in MODULES for imported in imports(name)]
    assert [
        f"{name} imports {imported}"
        for name, imported in pairs
        if (above := inner(name)) and (below := inner(imported))
        if above != below and layer[above] <= layer[below]
    ] == []


def test_no_imports_go_round() -> None:
    below = {name: imports(name) & MODULES.keys() for name in MODULES}
    # The lowest go first, until none is left, or only those that lead back to themselves.
    while lowest := {name for name, imported in below.items() if not imported & below.keys()}:
        below = {name: imported for name, imported in below.items() if name not in lowest}
    assert below == {}


def inner(name: str) -> str | None:
    """The module directly inside rtc_canvas that one is, or is in; None for those of others."""
    package, _, rest = name.partition(".")
    return (rest.split(".")[0] or "__init__") if package == "rtc_canvas" else None


def test_signaling_knows_no_pictures_and_no_connections() -> None:
    for package in ("rtc_canvas", "aiortc", "aioice", "av", "numpy"):
        assert outside(importers(package), "rtc_canvas") == set()


def test_signaling_and_canvases_meet_in_the_servers() -> None:
    assert outside(importers("signaling"), "signaling") == {
        "rtc_canvas",  # asks whether it is ours, and shows what programs need of it
        "rtc_canvas.asgi",
        "rtc_canvas.serving.mounted",
        "rtc_canvas.rendercanvas.loop",
        "rtc_canvas.rendercanvas.mounting",
        "rtc_canvas.serving.refusals",
        "rtc_canvas.serving.served",
        "rtc_canvas.serving.server",
        "rtc_canvas.serving.session",
        "rtc_canvas.serving.sessions",
        "rtc_canvas.subapp",
    }


def test_congestion_control_is_arithmetic() -> None:
    inside = "rtc_canvas.rtc.congestion"
    within = [name for name in MODULES if f"{name}.".startswith(f"{inside}.")]
    used = {imported for name in within for imported in imports(name)}
    assert {name for name in outside(used, inside) if name.startswith("rtc_canvas")} == set()


def test_the_web_is_for_the_server() -> None:
    assert importers("aiohttp") == {
        "rtc_canvas.doctor.site",  # looks at one
        "rtc_canvas.rendercanvas.loop",  # gives one of its applications
        "rtc_canvas.serving.http_log",  # what is written down of it
        "rtc_canvas.serving.server",
        "rtc_canvas.subapp",  # is mounted in one of its applications
        "signaling.app",
        "signaling.upgrade",
    }


def test_connections_are_for_rtc() -> None:
    assert outside(importers("aioice"), "rtc_canvas.rtc.compat") == set()
    assert outside(importers("aiortc"), "rtc_canvas.rtc") == {
        "rtc_canvas.canvas_track",  # is one of aiortc's tracks
    }


def test_encoders_are_for_video() -> None:
    assert outside(importers("av"), "rtc_canvas.video") == {
        "rtc_canvas.doctor.machine",  # has a frame encoded
        "rtc_canvas.canvas_track",  # gives av's frames
    }


def test_private_names_of_others_are_for_compat() -> None:
    assert [
        f"{name}: {reached}"
        for name in outside(set(MODULES), "rtc_canvas.rtc.compat", "rtc_canvas.rendercanvas.compat")
        for reached in private_names_of_others(name)
    ] == []


def private_names_of_others(name: str) -> Iterator[str]:
    """What a module takes from others that these call private."""
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if ast.unparse(node.value) not in ("self", "cls", "super()"):
                yield ast.unparse(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # In place of a method that a class has for itself alone.
            if re.match("_[A-Z]\\w*__", node.name):
                yield node.name
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if is_private(alias.name))


def is_private(name: str) -> bool:
    if name.startswith("_rc_"):  # those of rendercanvas's contract with its backends
        return False
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


# In fresh processes.

IMPORT_ALONE = """
import importlib, json, sys, types
# A bare parent: the real one imports everything.
parent = types.ModuleType("rtc_canvas")
parent.__path__ = ["rtc_canvas"]
sys.modules["rtc_canvas"] = parent
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""

PURE = (
    *(
        "adaptation",
        "allowance",
        "control",
        "encoded_frame",
        "events",
        "exceptions",
        "link_stats",
        "messages",
        "peer_log",
        "stats",
    ),
    *(
        f"peers.{name}"
        for name in (
            "announcements",
            "clock_offset",
            "exact_transfer",
            "final_quality",
            "frame_log",
            "latency",
            "notice",
            "presentations",
            "skips",
            "stillness",
        )
    ),
    *(
        f"serving.{name}"
        for name in (
            "peer_limit",
            "resume_tokens",
        )
    ),
    *("rtc.bulk", "rtc.flexfec", "rtc.flexfec_sdp", "rtc.history", "rtc.protection", "rtc.rtp"),
    *(f"doctor.{name}" for name in ("candidates", "findings", "judgements", "outcome", "stun")),
    *(f"websocket.{name}" for name in ("framing", "in_flight", "messages")),
    *(f"rtc.congestion.{name}" for name in ("estimator", "feedback", "packets", "receiver_clock")),
)

FOREIGN = frozenset({"aiohttp", "aiortc", "aioice", "av", "numpy"})


def loaded_by(*names: str) -> set[str]:
    """The top-level names that are loaded once these modules have been imported, and no others of ours."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALONE, *names],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("name", ["access", "asgi", "sdp", "site", "whep"])
def test_signaling_needs_the_standard_library_only(name: str) -> None:
    assert loaded_by(f"signaling.{name}").isdisjoint(FOREIGN)


def test_what_is_pure_needs_the_standard_library_only() -> None:
    loaded = loaded_by(*(f"rtc_canvas.{name}" for name in PURE))
    assert loaded.isdisjoint({*FOREIGN, "asyncio", "signaling"})


def test_encoders_need_no_connections() -> None:
    loaded = loaded_by("rtc_canvas.video.h264", "rtc_canvas.video.vp8")
    assert loaded.isdisjoint({"aiohttp", "aiortc", "aioice", "signaling"})
