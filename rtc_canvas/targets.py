"""What `rtc-canvas run` serves: the canvases of a file, or of a module."""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TypeAlias

from .canvas import Canvas
from .exceptions import RtcCanvasError

__all__ = [
    "Canvases",
    "TargetError",
    "import_canvases",
    "is_file",
    "only_canvas",
    "own_traceback",
    "run_file",
]

Canvases: TypeAlias = Canvas | Mapping[str, Canvas]

# The modules that stand between the command and the first line of a target.
_LOADERS = frozenset(
    {
        "rtc_canvas.cli",
        __name__,
        "runpy",
        "importlib",
        "importlib._bootstrap",
        "importlib._bootstrap_external",
    }
)


class TargetError(RtcCanvasError):
    """There is nothing to serve under that name; the text says why, on one line."""


def is_file(target: str) -> bool:
    """Whether a target names a file, not a module."""
    return target.endswith(".py")


def run_file(path: str, arguments: Sequence[str] = ()) -> dict[str, object]:
    """Run a file as Python runs it: as `__main__`, its folder first on `sys.path`. Returns its globals.

    arguments: the rest of its `sys.argv`.

    Raises:
        TargetError: when there is no such file.
        Exception: what the file raises.
    """
    if not Path(path).is_file():
        raise TargetError(f"There is no file {path}.")
    sys.argv = [path, *arguments]
    sys.path.insert(0, str(Path(path).resolve().parent))
    return runpy.run_path(path, run_name="__main__")


def only_canvas(path: str, names: Mapping[str, object]) -> Canvas:
    """The one canvas among a file's globals.

    Raises:
        TargetError: when there is none, or several.
    """
    found = _canvases(names)
    if not found and (backend := _backend()) is not None and backend.loop.get_canvases():
        raise TargetError(
            f"{path} has a RenderCanvas and calls no loop.run(), which serves it; call that in its last line."
        )
    if not found:
        raise TargetError(
            f"{path} calls no run() and has no Canvas among its module's names; it needs one of them."
        )
    if len(found) > 1:
        raise TargetError(
            f"{path} calls no run() and has {len(found)} canvases ({', '.join(found)}); "
            "call run() in it with the one to serve, or with a dict of several."
        )
    return next(iter(found.values()))


def import_canvases(target: str, arguments: Sequence[str] = ()) -> Canvases:
    """Import what a `package.module:canvas` names; the working folder is searched first.

    arguments: the rest of the module's `sys.argv`.

    Raises:
        TargetError: for another form, and when that is no Canvas, nor a dict of them.
        Exception: what the module raises.
    """
    module_name, _, name = target.partition(":")
    parts = (*module_name.split("."), name)
    if is_file(module_name) or not all(part.isidentifier() for part in parts):
        raise TargetError(
            f"TARGET must be package.module:canvas, or a file ending in .py; got {target!r}."
        )
    sys.argv = [target, *arguments]
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise TargetError(
            f"There is no module {error.name!r}, neither in {os.getcwd()} nor where Python looks."
        ) from None
    return _checked(target, vars(module), name)


def _checked(target: str, names: Mapping[str, object], name: str) -> Canvases:
    if name not in names:
        there = ", ".join(_canvases(names)) or "none"
        raise TargetError(f"There is no {target}; canvases in that module: {there}.")
    found = names[name]
    if isinstance(found, Canvas):
        return found
    if isinstance(found, Mapping) and all(isinstance(each, Canvas) for each in found.values()):
        return found
    if (backend := _backend()) is not None and isinstance(found, backend.RenderCanvas):
        raise TargetError(
            f"{target} is a RenderCanvas, which its program's loop.run() serves; give the file that calls that."
        )
    raise TargetError(f"{target} must be a Canvas or a dict of them, got {type(found).__name__}.")


def _backend() -> ModuleType | None:
    """`rtc_canvas.rendercanvas` where the target has imported it; without rendercanvas that could not be done here."""
    return sys.modules.get("rtc_canvas.rendercanvas")


def _canvases(names: Mapping[str, object]) -> dict[str, Canvas]:
    """The canvases among a module's names; one with several names counts once."""
    found: dict[str, Canvas] = {}
    for name, value in names.items():
        if isinstance(value, Canvas) and value not in found.values():
            found[name] = value
    return found


def own_traceback(error: BaseException) -> TracebackType | None:
    """The part of a traceback that begins in a target; None where none of its lines has run."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_globals["__name__"] in _LOADERS:
        traceback = traceback.tb_next
    return traceback
