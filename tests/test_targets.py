from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtc_canvas import Canvas
from rtc_canvas.targets import (
    TargetError,
    import_canvases,
    is_file,
    only_canvas,
    own_traceback,
    run_file,
)

ONE_CANVAS = "from rtc_canvas import Canvas\ncanvas = Canvas()\n"


@pytest.fixture(autouse=True)
def _interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in an empty folder; forget what is imported from there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", [*sys.argv])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def file(path: str, text: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return path


def test_what_ends_in_py_is_a_file() -> None:
    assert is_file("folder/program.py")
    assert not is_file("program:canvas")


class TestFile:
    def test_it_runs_as_python_runs_it(self, tmp_path: Path) -> None:
        file("folder/beside.py", "VALUE = 3\n")
        path = file(
            "folder/program.py",
            "import sys, beside\nfound = (__name__, __file__, sys.argv, sys.path[0], beside.VALUE)\n",
        )
        names = run_file(path, ["--size", "9"])
        folder = str((tmp_path / "folder").resolve())
        assert names["found"] == ("__main__", path, [path, "--size", "9"], folder, 3)

    def test_there_is_none(self) -> None:
        with pytest.raises(TargetError, match=r"There is no file folder/none\.py\."):
            run_file("folder/none.py")

    def test_its_error_is_its_own(self) -> None:
        with pytest.raises(ZeroDivisionError) as caught:
            run_file(file("program.py", "def f():\n    1 / 0\nf()\n"))
        # This test, which calls in the place of the command, is the only frame before.
        assert caught.value.__traceback__ is not None
        traceback = own_traceback(caught.value.with_traceback(caught.value.__traceback__.tb_next))
        assert traceback is not None
        assert traceback.tb_frame.f_code.co_filename == "program.py"
        assert traceback.tb_lineno == 3

    def test_an_error_before_its_first_line_has_no_traceback(self) -> None:
        with pytest.raises(SyntaxError) as caught:
            run_file(file("program.py", "def (\n"))
        assert caught.value.__traceback__ is not None
        error = caught.value.with_traceback(caught.value.__traceback__.tb_next)
        assert own_traceback(error) is None


class TestOnlyCanvas:
    def test_one_with_two_names_is_one(self) -> None:
        canvas = Canvas()
        assert only_canvas("a.py", {"canvas": canvas, "same": canvas, "other": 3}) is canvas

    def test_none(self) -> None:
        with pytest.raises(TargetError, match=r"^a\.py calls no run\(\) and has no Canvas"):
            only_canvas("a.py", {"other": 3})

    def test_several_are_named(self) -> None:
        with pytest.raises(TargetError, match=r"2 canvases \(left, right\); call run\(\)"):
            only_canvas("a.py", {"left": Canvas(), "right": Canvas()})


class TestModule:
    def test_its_canvas(self) -> None:
        file("package/__init__.py", "")
        file("package/scene.py", ONE_CANVAS)
        assert isinstance(import_canvases("package.scene:canvas"), Canvas)

    def test_its_canvases(self) -> None:
        file("scenes.py", ONE_CANVAS + "both = {'left': canvas, 'right': Canvas()}\n")
        canvases = import_canvases("scenes:both")
        assert not isinstance(canvases, Canvas)
        assert list(canvases) == ["left", "right"]

    def test_it_has_its_arguments(self) -> None:
        file("arguments.py", "import sys\n" + ONE_CANVAS + "canvas.title = ' '.join(sys.argv)\n")
        canvas = import_canvases("arguments:canvas", ["--size", "9"])
        assert isinstance(canvas, Canvas)
        assert canvas.title == "arguments:canvas --size 9"

    @pytest.mark.parametrize(
        "target", ["", ":", "scene", "scene:", ":canvas", "a:b:c", ".a:b", "a/b:c", "a.py:c"]
    )
    def test_another_form(self, target: str) -> None:
        with pytest.raises(TargetError, match=r"must be package\.module:canvas, or a file ending"):
            import_canvases(target)

    @pytest.mark.parametrize("module", ["no_such", "no_such.scene", "json.no_such"])
    def test_there_is_none(self, module: str) -> None:
        with pytest.raises(TargetError, match=r"^There is no module '(json\.)?no_such'"):
            import_canvases(f"{module}:canvas")

    def test_what_it_misses_itself_is_its_own_error(self) -> None:
        file("needy.py", "import no_such\n")
        with pytest.raises(ModuleNotFoundError, match="no_such"):
            import_canvases("needy:canvas")

    def test_its_canvases_are_named_where_another_is_asked_for(self) -> None:
        file("one.py", ONE_CANVAS)
        with pytest.raises(
            TargetError, match=r"There is no one:scene; canvases in that module: canvas\."
        ):
            import_canvases("one:scene")

    @pytest.mark.parametrize("value", ["3", "{'left': 3}"])
    def test_no_canvas(self, value: str) -> None:
        file("wrong.py", f"value = {value}\n")
        with pytest.raises(TargetError, match=r"wrong:value must be a Canvas or a dict of them"):
            import_canvases("wrong:value")
