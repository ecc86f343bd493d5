"""The laboratory's marker and its condition."""

from ..wan.conftest import _laboratory, pytest_configure

__all__ = ["_laboratory", "pytest_configure"]
