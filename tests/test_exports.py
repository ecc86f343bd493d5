"""The door: what `from rtc_canvas import ...` gives."""

from __future__ import annotations

import importlib
import inspect

import pytest

import rtc_canvas

from .test_layers import MODULES


def test_the_names_are_sorted_and_exist() -> None:
    assert rtc_canvas.__all__ == sorted(rtc_canvas.__all__)
    assert len(set(rtc_canvas.__all__)) == len(rtc_canvas.__all__)
    for name in rtc_canvas.__all__:
        assert hasattr(rtc_canvas, name)


@pytest.mark.parametrize("name", [name for name in rtc_canvas.__all__ if name != "__version__"])
def test_each_is_documented(name: str) -> None:
    exported = getattr(rtc_canvas, name)
    assert exported.__doc__
    if inspect.isclass(exported):
        for member, value in vars(exported).items():
            if not member.startswith("_") and callable(value) or isinstance(value, property):
                ...


@pytest.mark.parametrize("name", MODULES)
def test_each_module_is_documented_and_its_names_are_sorted_and_exist(name: str) -> None:
    if name == "rtc_canvas.__main__":
        return
    module = importlib.import_module(name)
    assert module.__doc__
    names = getattr(module, "__all__", [])
    assert names == sorted(names)
    for exported in names:
        assert hasattr(module, exported)
