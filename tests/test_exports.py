"""The names that modules show, above all the door's: what `from rtc_canvas import ...` gives."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType

import rtc_canvas

from .test_layers import MODULES


def loaded() -> Iterator[ModuleType]:
    yield from (importlib.import_module(name) for name in MODULES)


def test_the_doors_names_are_sorted_and_exist() -> None:
    assert rtc_canvas.__all__ == sorted(set(rtc_canvas.__all__), key=constants_classes_functions)
    assert [name for name in rtc_canvas.__all__ if not hasattr(rtc_canvas, name)] == []


def test_what_the_door_gives_is_documented() -> None:
    exported = {name: getattr(rtc_canvas, name) for name in rtc_canvas.__all__}
    undocumented = [
        name for name, what in exported.items() if callable(what) and not inspect.getdoc(what)
    ]
    assert undocumented == []


def test_methods_that_programs_call_are_documented() -> None:
    undocumented = [
        f"{kind.__name__}.{name}"
        for kind in (rtc_canvas.Canvas, rtc_canvas.Server)
        for name, member in vars(kind).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, property))
        and not inspect.getdoc(member)
    ]
    assert undocumented == []


def test_each_module_is_documented() -> None:
    assert [module.__name__ for module in loaded() if not module.__doc__] == []


def test_each_modules_names_are_sorted_and_exist() -> None:
    for module in loaded():
        names: list[str] = getattr(module, "__all__", [])
        assert names == sorted(set(names), key=constants_classes_functions), module.__name__
        assert [name for name in names if not hasattr(module, name)] == [], module.__name__


def constants_classes_functions(name: str) -> tuple[int, str]:
    """The order that ruff keeps: constants, then classes, then functions."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name
