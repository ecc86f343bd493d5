"""What an installed wheel and a checkout have: the browser client, and a `signaling` that is ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtc_canvas import ServeError
from rtc_canvas.serving import static

ROOT = Path(__file__).parent.parent


def python(*arguments: str, path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in `folder`, which imports from `path` first."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
    )


def static_folder(path: Path, folder: Path) -> Path:
    """Where a package that is imported from `path` finds the browser client."""
    done = python(
        "-c",
        "from rtc_canvas.serving.static import static_folder; print(static_folder())",
        path=path,
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of this checkout installed in it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = python(
        "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder),
        path=ROOT, folder=ROOT,
    )  # fmt: skip
    assert build.returncode == 0, build.stderr
    [wheel] = folder.glob("rtc_canvas-*-py3-none-any.whl")
    target = folder / "installed"
    install = python(
        "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(wheel),
        path=ROOT, folder=folder,
    )  # fmt: skip
    assert install.returncode == 0, install.stderr
    return target


def test_a_wheel_carries_the_client_inside_the_package(installed: Path, tmp_path: Path) -> None:
    inside = static_folder(installed, tmp_path)
    assert inside == installed / "rtc_canvas" / "static"
    there = {path.name for path in inside.iterdir()}
    assert there == {path.name for path in (ROOT / "static").iterdir()}


def test_a_wheel_has_both_packages_and_nothing_else(installed: Path) -> None:
    there = {path.name for path in installed.iterdir()}
    assert {name for name in there if not name.endswith(".dist-info")} == {
        "bin",
        "rtc_canvas",
        "signaling",
    }
    assert (installed / "rtc_canvas" / "py.typed").is_file()


def test_a_checkout_finds_the_client_beside_the_package(tmp_path: Path) -> None:
    assert static_folder(ROOT, tmp_path) == ROOT / "static"


def test_a_client_that_is_missing_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static, "__file__", str(tmp_path / "rtc_canvas" / "serving" / "static.py"))
    with pytest.raises(ServeError, match=r"browser client's files are missing"):
        static.static_folder()


def test_anothers_signaling_is_named(tmp_path: Path) -> None:
    other = tmp_path / "signaling"
    other.mkdir()
    (other / "__init__.py").touch()
    done = python("-c", "import rtc_canvas", path=tmp_path, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "ImportError: rtc_canvas needs its own package 'signaling', but another distribution's was found at "
        f"{other / '__init__.py'}; remove that one or use a fresh virtual environment."
    )
