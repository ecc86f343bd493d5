"""Which input a program has taken."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from rtc_canvas.events import ProgramEvent
from rtc_canvas.program.taken_input import PEERS, TakenInput, handling


def event(peer: str, seq: int) -> ProgramEvent:
    return {"type": "key_down", "peer": SimpleNamespace(id=peer), "seq": seq}


def test_the_newest_of_each_peer_counts() -> None:
    taken = TakenInput()
    for peer, seq in (("a", 1), ("b", 7), ("a", 3), ("a", 2)):
        taken.take(event(peer, seq))
    assert taken.newest == {"a": 3, "b": 7}


def test_what_a_picture_keeps_does_not_change() -> None:
    taken = TakenInput()
    taken.take(event("a", 1))
    kept: Any = taken.newest
    taken.take(event("a", 2))
    assert kept == {"a": 1}
    with pytest.raises(TypeError):
        kept["a"] = 5


def test_what_is_no_input_does_not_count() -> None:
    taken = TakenInput()
    taken.take({"type": "join", "peer": SimpleNamespace(id="a")})
    assert taken.newest == {}


def test_peers_that_came_long_ago_are_forgotten() -> None:
    taken = TakenInput()
    for number in range(PEERS + 5):
        taken.take(event("stays", number))
        taken.take(event(f"came {number}", 1))
    assert len(taken.newest) == PEERS
    assert taken.newest["stays"] == PEERS + 4


def test_threads_do_not_undo_each_others_taking() -> None:
    taken = TakenInput()

    def take(peer: str) -> None:
        for seq in range(1, 500):
            taken.take(event(peer, seq))

    threads = [threading.Thread(target=take, args=(peer,)) for peer in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.newest == dict.fromkeys("abcd", 499)


def test_what_is_being_handled_counts_where_it_is_handled() -> None:
    taken = TakenInput()
    taken.take(event("a", 1))
    elsewhere: list[Any] = []
    with handling(event("a", 2)):
        assert taken.newest == {"a": 2}
        other = threading.Thread(target=lambda: elsewhere.append(taken.newest))
        other.start()
        other.join()
    assert elsewhere == [{"a": 1}]
    assert taken.newest == {"a": 1}


def test_what_is_being_handled_may_be_older_or_no_input() -> None:
    taken = TakenInput()
    taken.take(event("a", 3))
    for handled in (event("a", 2), {"type": "join", "peer": SimpleNamespace(id="a")}):
        with handling(handled):
            assert taken.newest == {"a": 3}
