"""Tokens by which pages come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.serving.resume_tokens import KNOWN, RefusedToken, ResumeTokens


def why(tokens: ResumeTokens[str], token: str, owner: str = "page") -> str:
    with pytest.raises(RefusedToken) as refused:
        tokens.present(token, owner)
    return refused.value.why


def test_a_token_serves_until_what_was_made_with_it_is_there() -> None:
    tokens: ResumeTokens[str] = ResumeTokens()
    first = tokens.issue("ann", "page")
    assert tokens.present(first, "page") == "ann"
    second = tokens.issue("ann", "page")
    # The answer was lost on its way: the page asks again.
    assert tokens.present(first, "page") == "ann"
    third = tokens.issue("ann", "page")
    tokens.use_up_before(third)
    assert why(tokens, first) == why(tokens, second) == "used"
    assert tokens.present(third, "page") == "ann"
    assert tokens.refused == {"used": 2}


def test_only_who_got_a_token_may_show_it() -> None:
    tokens: ResumeTokens[str] = ResumeTokens()
    token = tokens.issue("ann", ("operator", None, "https://one.example"))
    assert why(tokens, token, "other") == "foreign"
    assert why(tokens, "forged") == why(tokens, "") == "unknown"
    assert tokens.present(token, ("operator", None, "https://one.example")) == "ann"
    assert tokens.refused == {"foreign": 1, "unknown": 2}


def test_what_is_kept_of_a_peer_is_limited_and_goes_with_it() -> None:
    tokens: ResumeTokens[str] = ResumeTokens()
    others = tokens.issue("bob", "page")
    first = tokens.issue("ann", "page")
    for _ in range(3 * KNOWN):
        last = tokens.issue("ann", "page")
        tokens.use_up_before(last)
    assert why(tokens, first) == "unknown"
    assert tokens.present(last, "page") == "ann"
    tokens.forget("ann")
    assert why(tokens, last) == "unknown"
    tokens.use_up_before(last)
    assert tokens.present(others, "page") == "bob"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_a_peer_always_has_its_newest_token_and_nobody_elses(
    steps: list[tuple[str, bool]],
) -> None:
    tokens: ResumeTokens[str] = ResumeTokens()
    newest: dict[str, str] = {}
    for peer, there in steps:
        newest[peer] = tokens.issue(peer, f"page of {peer}")
        if there:
            tokens.use_up_before(newest[peer])
        for name, token in newest.items():
            assert tokens.present(token, f"page of {name}") == name
            for stranger in {"a", "b", "c"} - {name}:
                assert why(tokens, token, f"page of {stranger}") == "foreign"
