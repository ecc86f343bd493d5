"""Addresses under which others know the machine."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

import pytest

from rtc_canvas import ServeError
from rtc_canvas.net.public import FRESH_FOR, PublicAddresses


class Names:
    """Looks names up in a dict, and can be changed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.answered = asyncio.Event()
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self._look_up)

    async def _look_up(self, name: str, port: None, **options: Any) -> list[tuple[Any, ...]]:
        self.asked.append(name)
        self.answered.set()
        if name not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(0, 0, 0, "", (address, 0)) for address in self.known[name]]


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


async def test_addresses_need_no_looking_up(names: Names) -> None:
    public = PublicAddresses(["198.51.100.7", "2001:db8::7"])
    await public.open()
    assert public.now() == ["198.51.100.7", "2001:db8::7"]
    assert names.asked == []


async def test_a_name_has_the_addresses_that_it_has_now(
    names: Names, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr("rtc_canvas.net.public.time.monotonic", lambda: now)
    names.known["lab.example"] = ["198.51.100.7", "198.51.100.7", "2001:db8::7"]
    public = PublicAddresses(["lab.example"])
    await public.open()
    assert public.now() == ["198.51.100.7", "2001:db8::7"]

    async def later() -> list[str]:
        nonlocal now
        now += FRESH_FOR + 1
        names.answered.clear()
        public.now()
        await names.answered.wait()
        await asyncio.sleep(0)
        return public.now()

    names.known["lab.example"] = ["198.51.100.8"]
    assert await later() == ["198.51.100.8"]
    names.known.clear()
    with caplog.at_level(logging.WARNING):
        assert await later() == ["198.51.100.8"]
    assert "'lab.example' could not be looked up" in caplog.text
    assert len(names.asked) == 3
    public.close()


async def test_a_name_without_an_address_is_one_sentence(names: Names) -> None:
    with pytest.raises(ServeError, match=r"'lab.example' has no IP address: Name or service not"):
        await PublicAddresses(["lab.example"]).open()


async def test_a_name_that_cannot_be_one_is_one_sentence() -> None:
    with pytest.raises(ServeError, match="has no IP address"):
        await PublicAddresses(["x" * 64]).open()
