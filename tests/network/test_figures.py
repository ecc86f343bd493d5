"""What is asked of a way, and the table that says whether it is so."""

from __future__ import annotations

from pathlib import Path

from .figures import Figures, Limit, Row
from .results import ResultsFile
from .rows import ROWS
from .table import markdown
from .ways import RUNS

QUICK = Row("quick", "a quick way", "udp", (Limit("glass_median", beside="base"),))


def test_every_row_is_measured_by_one_run() -> None:
    measured = [name for names in RUNS for name in names]
    assert sorted(measured) == sorted(row.name for row in ROWS)


def test_a_way_may_be_ten_milliseconds_slower_or_by_its_share() -> None:
    def holds(base: float, own: float) -> bool | None:
        results = {
            "base": Figures(way="udp", glass_median=base),
            "quick": Figures(way="udp", glass_median=own),
        }
        return QUICK.holds(results)

    assert holds(10, 20)
    assert not holds(10, 20.1)
    assert holds(100, 160)
    assert not holds(100, 160.1)


def test_another_way_than_was_asked_for_does_not_hold() -> None:
    row = Row("shown", "shown", "tcp")
    assert row.holds({"shown": Figures(way="tcp")})
    assert not row.holds({"shown": Figures(way="websocket")})
    assert row.holds({}) is None


def test_what_was_not_measured_does_not_hold() -> None:
    row = Row("shown", "shown", "tcp", (Limit("first_frame", at_most=1),))
    assert not row.holds({"shown": Figures(way="tcp")})
    assert not QUICK.holds({"quick": Figures(way="udp", glass_median=1)})


def test_the_table_says_what_is_asked_and_what_came_of_it() -> None:
    row = Row("moved", "a new address", "udp", (Limit("gap", at_most=3),))
    results = {"moved": Figures(way="udp", connected=0.251, first_frame=0.312, gap=4.25)}
    line = markdown([row, QUICK], results).splitlines()[2]
    assert line == (
        "| a new address | udp | 0.25 | 0.31 | — | — | by udp; gap ≤ 3 s, was 4.25 | **no** |"
    )


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    file = ResultsFile(tmp_path / "build" / "results.jsonl")
    assert file.read() == {}
    file.add("one", Figures(way="tcp", first_frame=0.5))
    file.add("two", Figures(failure="no picture"))
    file.add("one", Figures(way="udp"))
    assert file.read() == {"one": Figures(way="udp"), "two": Figures(failure="no picture")}
    file.clear()
    assert file.read() == {}
