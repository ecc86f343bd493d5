"""STUN messages of a client (RFC 8489), for ICE's checks and TURN's Allocate (RFC 8656). Pure."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import ipaddress
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

BINDING, ALLOCATE, REFRESH = 0x001, 0x003, 0x004

USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, LIFETIME = 0x0006, 0x0008, 0x0009, 0x000D
REALM, NONCE, XOR_RELAYED_ADDRESS, REQUESTED_TRANSPORT = 0x0014, 0x0015, 0x0016, 0x0019
XOR_MAPPED_ADDRESS, PRIORITY, FINGERPRINT, ICE_CONTROLLING = 0x0020, 0x0024, 0x8028, 0x802A

HEADER = 20
_COOKIE = 0x2112A442
_FINGERPRINT_XOR = 0x5354554E

Attributes: TypeAlias = Sequence[tuple[int, bytes]]
Address: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer.

    attributes: by their types; of several of one type the first.
    """

    method: int
    kind: Literal["success", "error"]
    transaction_id: bytes
    attributes: Mapping[int, bytes]

    @property
    def error(self) -> tuple[int, str]:
        """The code and reason of an error; 0 where it tells none."""
        value = self.attributes.get(ERROR_CODE, b"")
        if len(value) < 4:
            return 0, ""
        return (value[2] & 7) * 100 + value[3], value[4:].decode(errors="replace")

    def address(self, kind: int) -> Address | None:
        """What an XOR-…-ADDRESS tells."""
        value = self.attributes.get(kind, b"")
        if len(value) not in (8, 20):
            return None
        mask = struct.pack("!I", _COOKIE) + self.transaction_id
        plain = bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))
        port = int.from_bytes(value[2:4], "big") ^ (_COOKIE >> 16)
        return str(ipaddress.ip_address(plain)), port


def new_transaction() -> bytes:
    return secrets.token_bytes(12)


def request(
    method: int, transaction_id: bytes, attributes: Attributes = (), *, key: bytes | None = None
) -> bytes:
    """A request, with a fingerprint.

    key: signs it (MESSAGE-INTEGRITY, HMAC-SHA1); None leaves it unsigned.
    """
    body = b"".join(_attribute(kind, value) for kind, value in attributes)
    if key is not None:
        # The length counts the attribute that is being computed (RFC 8489 clause 14.5).
        signed = _header(method, len(body) + 24, transaction_id) + body
        body += _attribute(MESSAGE_INTEGRITY, hmac.digest(key, signed, hashlib.sha1))
    checked = _header(method, len(body) + 8, transaction_id) + body
    checksum = binascii.crc32(checked) ^ _FINGERPRINT_XOR
    return checked + _attribute(FINGERPRINT, struct.pack("!I", checksum))


def parse(data: bytes) -> Response | None:
    """An answer; None for what is none."""
    if len(data) < HEADER:
        return None
    kind, length, cookie = struct.unpack_from("!HHI", data)
    if cookie != _COOKIE or kind & 0xC000 or length != len(data) - HEADER or not kind & 0x0100:
        return None
    attributes: dict[int, bytes] = {}
    position = HEADER
    while position + 4 <= len(data):
        name, size = struct.unpack_from("!HH", data, position)
        value = data[position + 4 : position + 4 + size]
        if len(value) != size:
            return None
        attributes.setdefault(name, value)
        position += 4 + -(-size // 4) * 4
    method = kind & 0x000F | (kind & 0x00E0) >> 1 | (kind & 0x3E00) >> 2
    return Response(method, "error" if kind & 0x0010 else "success", data[8:HEADER], attributes)


def long_term_key(username: str, realm: str, password: str) -> bytes:
    """RFC 8489 clause 18.5.1.1."""
    return hashlib.md5(f"{username}:{realm}:{password}".encode()).digest()


def _header(method: int, length: int, transaction_id: bytes) -> bytes:
    # All the methods here are small, so that they stand in the type as they are.
    return struct.pack("!HHI", method, length, _COOKIE) + transaction_id


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
