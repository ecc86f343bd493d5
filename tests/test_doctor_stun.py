"""Our STUN messages against aioice's."""

from __future__ import annotations

from aioice import stun as aioice
from aioice.turn import make_integrity_key
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.doctor import stun

TRANSACTION = b"twelve bytes"
KEY = b"a password of 22 bytes"

addresses = st.tuples(st.ip_addresses().map(str), st.integers(1, 65535))


@given(st.text(max_size=100), st.text(max_size=100), st.none() | st.binary(min_size=1))
def test_others_understand_a_request(username: str, realm: str, key: bytes | None) -> None:
    attributes = [(stun.USERNAME, username.encode()), (stun.REALM, realm.encode())]
    data = stun.request(stun.ALLOCATE, TRANSACTION, attributes, key=key)
    message = aioice.parse_message(data)
    assert message.message_method == aioice.Method.ALLOCATE
    assert message.message_class == aioice.Class.REQUEST
    assert message.transaction_id == TRANSACTION
    assert message.attributes["USERNAME"] == username
    assert message.attributes["REALM"] == realm
    assert ("MESSAGE-INTEGRITY" in message.attributes) == (key is not None)
    if key is not None:
        theirs = aioice.Message(
            message_method=aioice.Method.ALLOCATE,
            message_class=aioice.Class.REQUEST,
            transaction_id=TRANSACTION,
        )
        theirs.attributes.update({"USERNAME": username, "REALM": realm})
        theirs.add_message_integrity(key)
        assert bytes(theirs) == data


@given(addresses)
def test_an_address_is_read_as_it_was_written(address: tuple[str, int]) -> None:
    message = aioice.Message(
        message_method=aioice.Method.BINDING,
        message_class=aioice.Class.RESPONSE,
        transaction_id=TRANSACTION,
    )
    message.attributes["XOR-MAPPED-ADDRESS"] = address
    message.add_message_integrity(KEY)
    response = stun.parse(bytes(message))
    assert response is not None
    assert (response.method, response.kind) == (stun.BINDING, "success")
    assert response.transaction_id == TRANSACTION
    assert response.address(stun.XOR_MAPPED_ADDRESS) == address
    assert response.address(stun.XOR_RELAYED_ADDRESS) is None


@given(st.integers(300, 699), st.text(max_size=50))
def test_an_error_is_read_as_it_was_written(code: int, reason: str) -> None:
    message = aioice.Message(
        message_method=aioice.Method.ALLOCATE,
        message_class=aioice.Class.ERROR,
        transaction_id=TRANSACTION,
    )
    message.attributes["ERROR-CODE"] = (code, reason)
    response = stun.parse(bytes(message))
    assert response is not None
    assert (response.method, response.kind) == (stun.ALLOCATE, "error")
    assert response.error == (code, reason)


@given(st.binary() | st.binary().map(lambda rest: b"\x01\x01\0\x08\x21\x12\xa4\x42" + rest))
def test_anything_else_is_no_answer_or_one_without_surprises(data: bytes) -> None:
    response = stun.parse(data)
    if response is not None:
        assert response.error[0] < 1000
        response.address(stun.XOR_MAPPED_ADDRESS)


def test_a_request_is_no_answer() -> None:
    assert stun.parse(stun.request(stun.BINDING, TRANSACTION)) is None


@given(st.text(), st.text(), st.text())
def test_the_key_of_long_term_credentials(username: str, realm: str, password: str) -> None:
    key = stun.long_term_key(username, realm, password)
    assert key == make_integrity_key(username, realm, password)
