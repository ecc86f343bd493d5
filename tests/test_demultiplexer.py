"""Whose a packet is: by fragment, transaction and address, and nobody's where none of them is known."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest
from aioice import stun as aioice_stun
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from rtc_canvas.net import stun
from rtc_canvas.net.demultiplexer import PACKET_LIMIT, SOURCES_LIMIT, Address, Demultiplexer

HERE, ELSEWHERE = ("192.0.2.1", 5000), ("192.0.2.2", 5000)
RTP = b"\x80\x60" + bytes(30)
TRANSACTION = b"twelve bytes"


@dataclass(eq=False)
class Peer:
    stun: list[tuple[bytes, Address]] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)

    def stun_received(self, data: bytes, address: Address) -> None:
        self.stun.append((data, address))

    def data_received(self, data: bytes) -> None:
        self.data.append(data)

    def source_lost(self, address: Address) -> None:
        raise AssertionError("UDP knows no end")


def request(ufrag: str, transaction_id: bytes = TRANSACTION) -> bytes:
    message = aioice_stun.Message(
        aioice_stun.Method.BINDING, aioice_stun.Class.REQUEST, transaction_id
    )
    message.attributes["PRIORITY"] = 1
    message.attributes["USERNAME"] = f"{ufrag}:theirs"
    message.add_message_integrity(b"password")
    return bytes(message)


def response(transaction_id: bytes = TRANSACTION, *, error: bool = False) -> bytes:
    kind = aioice_stun.Class.ERROR if error else aioice_stun.Class.RESPONSE
    return bytes(aioice_stun.Message(aioice_stun.Method.BINDING, kind, transaction_id))


@pytest.fixture
def one() -> Peer:
    return Peer()


@pytest.fixture
def other() -> Peer:
    return Peer()


@pytest.fixture
def demultiplexer(one: Peer, other: Peer) -> Demultiplexer[Peer]:
    made = Demultiplexer[Peer]()
    made.join("one", one)
    made.join("other", other)
    return made


# STUN.


def test_a_request_goes_to_whom_it_names(
    demultiplexer: Demultiplexer[Peer], one: Peer, other: Peer
) -> None:
    assert demultiplexer.deliver(request("other"), HERE)
    assert (one.stun, other.stun) == ([], [(request("other"), HERE)])


def test_a_request_from_anothers_address_goes_to_whom_it_names(
    demultiplexer: Demultiplexer[Peer], one: Peer, other: Peer
) -> None:
    demultiplexer.bind(HERE, one)
    demultiplexer.deliver(request("other"), HERE)
    assert (one.stun, len(other.stun)) == ([], 1)


@pytest.mark.parametrize("error", [False, True])
def test_a_response_goes_to_who_asked(
    demultiplexer: Demultiplexer[Peer], one: Peer, error: bool
) -> None:
    answer = response(error=error)
    assert not demultiplexer.deliver(answer, HERE)
    demultiplexer.expect(TRANSACTION, one)
    assert demultiplexer.deliver(answer, ELSEWHERE)
    demultiplexer.forget(TRANSACTION)
    demultiplexer.forget(TRANSACTION)
    assert not demultiplexer.deliver(answer, HERE)
    assert one.stun == [(answer, ELSEWHERE)]


def test_a_fragment_is_one_receivers(demultiplexer: Demultiplexer[Peer]) -> None:
    with pytest.raises(ValueError, match="'one' is taken"):
        demultiplexer.join("one", Peer())


NOBODYS = {
    "an unknown fragment": request("nobody"),
    "no fragment": bytes(aioice_stun.Message(aioice_stun.Method.BINDING, aioice_stun.Class.REQUEST)),
    "no colon": request("one").replace(b"one:theirs", b"one-theirs"),
    "an indication": b"\x00\x11" + request("one")[2:],
    "another method": b"\x00\x03" + request("one")[2:],
    "another cookie": request("one").replace(b"\x21\x12\xa4\x42", b"\x21\x12\xa4\x43"),
    "cut off": request("one")[:-1],
    "too long for itself": request("one") + b"\x00",
    "a header": request("one")[:19],
    "a user name beyond the end": struct.pack("!HH", 1, 8) + b"\x21\x12\xa4\x42" + TRANSACTION
    + struct.pack("!HH", 6, 100) + b"one:",
    "a name that is not ASCII": request("öne"),
    "an unknown response": response(),
    "nothing": b"",
    "one byte": b"\x00",
    "longer than a path carries": b"\x80" * (PACKET_LIMIT + 1),
    "RTP of a stranger's": RTP,
}  # fmt: skip


@pytest.mark.parametrize("data", NOBODYS.values(), ids=NOBODYS.keys())
def test_what_is_nobodys_is_dropped_and_counted(
    demultiplexer: Demultiplexer[Peer], one: Peer, other: Peer, data: bytes
) -> None:
    assert not demultiplexer.deliver(data, HERE)
    assert not any((one.stun, other.stun, one.data, other.data))
    assert demultiplexer.dropped.total() == 1


# All else.


def test_data_goes_to_who_bound_its_address(
    demultiplexer: Demultiplexer[Peer], one: Peer, other: Peer
) -> None:
    demultiplexer.bind(HERE, one)
    demultiplexer.bind(HERE, one)
    assert demultiplexer.deliver(RTP, HERE)
    assert not demultiplexer.deliver(RTP, ELSEWHERE)
    demultiplexer.bind(HERE, other)
    assert demultiplexer.deliver(RTP, HERE)
    assert (one.data, other.data) == ([RTP], [RTP])


def test_who_left_gets_nothing(demultiplexer: Demultiplexer[Peer], one: Peer, other: Peer) -> None:
    demultiplexer.bind(HERE, one)
    demultiplexer.bind(ELSEWHERE, one)
    demultiplexer.bind(ELSEWHERE, other)
    demultiplexer.expect(TRANSACTION, one)
    demultiplexer.leave(one)
    demultiplexer.leave(one)
    demultiplexer.bind(HERE, one)  # by a check that was under way
    for data in (RTP, request("one"), response()):
        assert not demultiplexer.deliver(data, HERE)
    assert demultiplexer.deliver(RTP, ELSEWHERE)
    assert not demultiplexer.knows("one")
    demultiplexer.join("one", Peer())


def test_an_ice_restart_gives_another_fragment(
    demultiplexer: Demultiplexer[Peer], one: Peer
) -> None:
    demultiplexer.bind(HERE, one)
    demultiplexer.rename("one", "new")
    assert demultiplexer.deliver(request("new"), ELSEWHERE)
    assert not demultiplexer.deliver(request("one"), ELSEWHERE)
    # Media flow on meanwhile.
    assert demultiplexer.deliver(RTP, HERE)
    for old, new, why in (("one", "x", "Nobody has"), ("new", "other", "taken")):
        with pytest.raises(ValueError, match=why):
            demultiplexer.rename(old, new)
    demultiplexer.leave(one)
    assert not demultiplexer.deliver(request("new"), ELSEWHERE)


def test_where_a_browser_was_before_is_forgotten(
    demultiplexer: Demultiplexer[Peer], one: Peer, other: Peer
) -> None:
    demultiplexer.bind(HERE, one)
    demultiplexer.bind(ELSEWHERE, one)
    demultiplexer.bind(("192.0.2.3", 1), other)
    assert demultiplexer.keep(one, ELSEWHERE) == [HERE]
    assert not demultiplexer.deliver(RTP, HERE)
    assert demultiplexer.deliver(RTP, ELSEWHERE)
    assert demultiplexer.keep(one, None) == [ELSEWHERE]
    assert demultiplexer.keep(one, None) == []
    assert demultiplexer.deliver(RTP, ("192.0.2.3", 1))


def test_a_receivers_oldest_addresses_give_way(
    demultiplexer: Demultiplexer[Peer], one: Peer
) -> None:
    addresses = [("192.0.2.1", port) for port in range(1, SOURCES_LIMIT + 3)]
    for address in addresses:
        demultiplexer.bind(address, one)
    assert [demultiplexer.deliver(RTP, address) for address in addresses].count(False) == 2


# Whatever comes.


@given(st.binary(max_size=200))
def test_garbage_reaches_nobody(data: bytes) -> None:
    made, peer = Demultiplexer[Peer](), Peer()
    made.join("one", peer)
    assert not made.deliver(data, HERE)
    assert made.dropped.total() == 1


@given(
    st.sampled_from([request("one"), response()]),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
    st.integers(0, 100),
)
def test_a_damaged_message_is_taken_whole_or_not_at_all(
    data: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(data)
    for position, value in changes:
        damaged[position % len(damaged)] = value
    message = stun.parse(bytes(damaged[: len(damaged) - cut]))
    if message is not None:
        assert cut == 0
        assert message.ufrag is None or message.kind == "request"
        assert len(message.transaction_id) == 12


class Tables(RuleBasedStateMachine):
    """However peers come, move and go: who gets a packet is who had a right to it last."""

    peers = Bundle("peers")

    def __init__(self) -> None:
        super().__init__()
        self.made = Demultiplexer[Peer]()
        self.there: dict[Peer, str] = {}
        self.bound: dict[Address, Peer] = {}

    @rule(target=peers, number=st.integers(0, 9))
    def join(self, number: int) -> Peer:
        peer, ufrag = Peer(), str(number)
        taken = ufrag in self.there.values()
        try:
            self.made.join(ufrag, peer)
        except ValueError:
            assert taken
        else:
            assert not taken
            self.there[peer] = ufrag
        return peer

    @rule(peer=peers, port=st.integers(1, 5))
    def bind(self, peer: Peer, port: int) -> None:
        self.made.bind(("192.0.2.1", port), peer)
        if peer in self.there:
            self.bound["192.0.2.1", port] = peer

    @rule(peer=peers, number=st.integers(0, 9))
    def rename(self, peer: Peer, number: int) -> None:
        new = str(number)
        if peer in self.there and new not in self.there.values():
            self.made.rename(self.there[peer], new)
            self.there[peer] = new

    @rule(peer=peers, port=st.none() | st.integers(1, 5))
    def keep(self, peer: Peer, port: int | None) -> None:
        address = None if port is None else ("192.0.2.1", port)
        self.made.keep(peer, address)
        self.bound = {
            at: owner for at, owner in self.bound.items() if owner is not peer or at == address
        }

    @rule(peer=peers)
    def leave(self, peer: Peer) -> None:
        self.made.leave(peer)
        self.there.pop(peer, None)
        self.bound = {address: owner for address, owner in self.bound.items() if owner is not peer}

    @invariant()
    def packets_reach_their_owners(self) -> None:
        for port in range(1, 6):
            owner = self.bound.get(("192.0.2.1", port))
            before = owner and len(owner.data)
            assert self.made.deliver(RTP, ("192.0.2.1", port)) == (owner is not None)
            assert owner is None or len(owner.data) == (before or 0) + 1
        for peer, ufrag in self.there.items():
            count = len(peer.stun)
            assert self.made.deliver(request(ufrag), HERE)
            assert len(peer.stun) == count + 1


Tables.TestCase.settings = settings(max_examples=30, stateful_step_count=25)
TestTables = Tables.TestCase
