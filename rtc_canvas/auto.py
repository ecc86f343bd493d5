"""Have browsers show what programs draw that leave the choice of a canvas to rendercanvas.

`import rtc_canvas.auto` comes first in such a program: `rendercanvas.auto` chooses ours from then on, and so do
`pygfx.show()` and fastplotlib, which ask that. The command `rtc-canvas run` does it without a line in the program.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["choose"]

BACKEND = "rtc"
NAME = f"rendercanvas.{BACKEND}"
VARIABLE = "RENDERCANVAS_BACKEND"


def choose() -> None:
    """Have `rendercanvas.auto` choose `rtc_canvas.rendercanvas`, by the name "rtc". It is not imported before that.

    A program that has imported `rendercanvas.auto` already keeps what it has, and is warned where that is another one.
    """
    _warn_if_late()
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    os.environ[VARIABLE] = BACKEND


def _warn_if_late() -> None:
    chosen = getattr(sys.modules.get("rendercanvas.auto"), "RenderCanvas", None)
    if chosen is not None and not chosen.__module__.startswith("rtc_canvas."):
        warnings.warn(
            f"rendercanvas.auto has chosen {chosen.__module__} already, so that no browser shows its canvases; "
            "import rtc_canvas.auto before rendercanvas.auto, and before whatever imports that, such as fastplotlib.",
            # Whoever imports this module.
            stacklevel=4,
        )


class _Finder(MetaPathFinder):
    """rendercanvas looks for its backends among its own modules only."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(NAME, _Loader()) if fullname == NAME else None


class _Loader(Loader):
    """Puts our module in the place of the one that was looked for."""

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[NAME] = importlib.import_module("rtc_canvas.rendercanvas")


choose()
