"""Who holds control, event by event, and what holds after any of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.control import (
    IDLE,
    Asked,
    Away,
    Back,
    Control,
    Effect,
    Event,
    Expired,
    Gained,
    Lease,
    Left,
    Lost,
    Opened,
    Released,
    Role,
    may,
    step,
)


def after(*events: Event, start: Control | None = None) -> tuple[Control, list[Effect]]:
    """The state after some events, each a second after the one before, and all their effects."""
    state = start or Control()
    effects: list[Effect] = []
    for now, event in enumerate(events):
        state, caused = step(state, event, float(now))
        effects += caused
    return state, effects


def operators(peers: str) -> list[Event]:
    return [Opened(peer, "operator") for peer in peers]


def test_each_role_may_what_those_below_it_may() -> None:
    roles: tuple[Role, ...] = ("viewer", "operator", "admin")
    assert [[may(role, needed) for needed in roles] for role in roles] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_the_first_to_open_holds_control() -> None:
    state, effects = after(*operators("ab"))

    assert state.lease == Lease("a", expires=None, capability="all")
    assert effects == [Gained("a")]


def test_a_viewer_never_holds_control() -> None:
    state, effects = after(Opened("v", "viewer"), Back("v"))
    assert (state, effects) == (Control(), [])

    state, _ = after(Opened("v", "viewer"), *operators("a"), Left("a"))
    assert state.holder is None


def test_an_admin_waits_like_everyone() -> None:
    state, _ = after(*operators("a"), Opened("b", "admin"))

    assert state.holder == "a"


def test_the_next_in_line_follows_a_holder_that_leaves_or_goes_away() -> None:
    _, effects = after(*operators("abc"), Left("a"), Away("b"))

    assert effects == [Gained("a"), Lost("a", "left"), Gained("b"), Lost("b", "away"), Gained("c")]


def test_peers_that_are_away_are_passed_over() -> None:
    state, _ = after(*operators("abc"), Away("b"), Left("a"))

    assert state.holder == "c"


def test_a_peer_that_is_back_takes_control_from_nobody() -> None:
    state, _ = after(*operators("ab"), Away("a"), Back("a"))
    assert state.holder == "b"

    state, effects = after(*operators("a"), Away("a"), Back("a"))
    assert state.holder == "a"
    assert effects == [Gained("a"), Lost("a", "away"), Gained("a")]


def test_a_peer_keeps_its_place_in_line_while_away() -> None:
    state, _ = after(*operators("abc"), Away("a"), Back("a"), Left("b"))

    assert state.holder == "a"


def test_a_channel_that_opens_again_means_that_the_peer_is_back() -> None:
    state, effects = after(*operators("ab"), Away("a"), *operators("a"))

    assert (state.line, state.away, state.holder) == (("a", "b"), frozenset(), "b")
    assert effects[-1] == Gained("b")


def test_peers_that_are_not_in_line_change_nothing() -> None:
    known, _ = after(*operators("a"))
    for event in (Away("x"), Back("x"), Left("x")):
        assert step(known, event, 1.0) == (known, ())


def test_a_lease_without_a_term_does_not_expire() -> None:
    known, _ = after(*operators("ab"))

    assert step(known, Expired(), 1e9) == (known, ())


def test_a_lease_that_is_due_goes_to_the_next_and_its_holder_to_the_end() -> None:
    known, _ = after(*operators("abc"), start=Control(term=60))

    assert step(known, Expired(), 59.0) == (known, ())
    state, effects = step(known, Expired(), 60.0)
    assert effects == (Lost("a", "expired"), Gained("b"))
    assert (state.line, state.lease) == (("b", "c", "a"), Lease("b", expires=120.0))


def test_a_lease_that_is_due_is_renewed_when_nobody_waits() -> None:
    known, _ = after(*operators("ab"), Away("b"), start=Control(term=60))

    state, effects = step(known, Expired(), 60.0)
    assert effects == ()
    assert state.lease == Lease("a", expires=120.0)


def test_who_asks_takes_control_from_a_holder_that_is_idle() -> None:
    known, _ = after(*operators("abc"))
    busy, effects = step(known, Asked("c", IDLE - 0.1), 10.0)
    assert (busy, effects) == (known, ())
    taken, effects = step(known, Asked("c", IDLE), 10.0)
    assert taken.holder == "c"
    assert effects == (Lost("a", "taken"), Gained("c"))


def test_who_lost_control_to_one_that_asked_is_next() -> None:
    known, _ = after(*operators("abc"), Away("a"), Back("a"))
    assert known.holder == "b"
    taken, _ = step(known, Asked("c", IDLE), 10.0)
    assert taken.line == ("c", "b", "a")
    assert step(taken, Left("c"), 11.0)[0].holder == "b"


def test_asking_gains_nothing_for_who_is_away_watches_or_has_it() -> None:
    known, _ = after(*operators("ab"), Away("b"), Opened("v", "viewer"))
    for peer in "abvx":
        assert step(known, Asked(peer, 100.0), 10.0) == (known, ())


def test_a_lease_that_was_taken_has_a_term_of_its_own() -> None:
    known, _ = after(*operators("ab"), start=Control(term=60.0))
    taken, _ = step(known, Asked("b", IDLE), 50.0)
    assert taken.lease == Lease("b", expires=110.0)


def test_who_releases_control_goes_to_the_end() -> None:
    known, _ = after(*operators("abc"))
    released, effects = step(known, Released("a"), 10.0)
    assert released.line == ("b", "c", "a")
    assert effects == (Lost("a", "released"), Gained("b"))
    assert step(released, Released("c"), 11.0) == (released, ())


def test_who_is_alone_keeps_what_it_releases() -> None:
    known, _ = after(*operators("a"))
    released, effects = step(known, Released("a"), 10.0)
    assert (released.holder, effects) == ("a", ())


ROLES: dict[str, Role] = {"a": "operator", "b": "operator", "c": "admin", "v": "viewer"}

peers = st.sampled_from(sorted(ROLES))
events = st.one_of(
    peers.map(lambda peer: Opened(peer, ROLES[peer])),
    peers.map(Away),
    peers.map(Back),
    peers.map(Left),
    st.just(Expired()),
)
wishes = st.one_of(
    st.builds(Asked, peers, st.floats(0, 2 * IDLE)),
    peers.map(Released),
)


@given(
    st.lists(st.tuples(events | wishes, st.floats(0, 10))),
    st.none() | st.floats(1, 10),
    st.booleans(),
)
def test_what_holds_after_any_events(
    happened: list[tuple[Event, float]], term: float | None, crowded: bool
) -> None:
    if crowded:  # chance alone seldom has two in line of whom one asks
        happened = [(Opened(peer, role), 0.0) for peer, role in ROLES.items()] + happened
    state, now = Control(term=term), 0.0
    holder: str | None = None  # as one who only sees the effects knows it
    present: set[str] = set()
    known: set[str] = set()
    for event, waited in happened:
        now += waited
        before, (state, effects) = state, step(state, event, now)

        for effect in effects:
            match effect:
                case Lost(peer, _):
                    assert holder == peer, "only the holder can lose control"
                    holder = None
                case Gained(peer):
                    assert holder is None, "there is one holder at most"
                    assert before.holder != peer, "who has control does not gain it"
                    holder = peer
        assert holder == state.holder, "the effects tell all of the state's changes"

        match event:
            case Opened(peer, role) if role != "viewer":
                known.add(peer)
                present.add(peer)
            case Back(peer) if peer in known:
                present.add(peer)
            case Away(peer):
                present.discard(peer)
            case Left(peer):
                known.discard(peer)
                present.discard(peer)
        assert (holder in present) if present else (holder is None)
        if isinstance(event, Asked) and before.holder != holder:
            assert state.line[:2] == (holder, before.holder), "who lost control is next"
        if before.holder in present and not isinstance(event, Expired | Released):
            took = isinstance(event, Asked) and event.idle >= IDLE and event.peer == holder
            assert took or holder == before.holder, "no one takes control from who steers"


@given(st.lists(events))
def test_who_holds_control_without_leases_that_end_opened_first(happened: list[Event]) -> None:
    state, _ = after(*happened)
    if state.lease is None:
        assert set(state.line) <= state.away
        return
    successor, _ = step(state, Left(state.lease.holder), 0.0)

    rest = [peer for peer in successor.line if peer not in successor.away]
    assert successor.holder == (rest[0] if rest else None)
    assert replace(successor, lease=None).line == tuple(
        peer for peer in state.line if peer != state.lease.holder
    )
