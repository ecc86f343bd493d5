"""Whether what the backend needs is installed."""

from __future__ import annotations

import importlib.metadata

OLDEST = (2, 7)
INSTALL = "install it with: pip install 'rtc_canvas[rendercanvas]'"

OLDEST_WGPU = (0, 29)


def what_is_missing() -> str | None:
    """Where rendercanvas is missing or too old, or wgpu is installed and too old, one sentence on what to install.

    Nothing is imported for that.
    """
    found = _version("rendercanvas")
    if found is None:
        return f"rtc_canvas.rendercanvas needs rendercanvas; {INSTALL}"
    if _numbers(found) < OLDEST:
        return f"rtc_canvas.rendercanvas needs rendercanvas 2.7 or newer, got {found}; {INSTALL}"
    wgpu = _version("wgpu")
    # rendercanvas would stop in a debugger, or not draw at all.
    if wgpu is not None and _numbers(wgpu) < OLDEST_WGPU:
        return (
            f"rtc_canvas.rendercanvas needs wgpu 0.29 or newer where there is any, got {wgpu}; "
            "install it with: pip install -U wgpu"
        )
    return None


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
