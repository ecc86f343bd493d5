"""The doctor, and the page's own diagnosis: each trouble is caused, and has to be told with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtc_canvas import IceServer, TurnSecret
from rtc_canvas.doctor.command import Checkup, findings
from rtc_canvas.doctor.ice_probe import Credentials, try_ice_server
from rtc_canvas.doctor.judgements import judge_ice_server

from .coturn import coturn

SECRET = "north"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_the_doctor_tries_turn_servers(tmp_path: Path, transport: str) -> None:
    async with coturn(tmp_path, secret=SECRET) as relay:
        url = relay.urls(transport)
        wrong = IceServer(url, "me", "wrong")
        secrets = [TurnSecret(url, SECRET), TurnSecret(url, "south")]
        checkup = Checkup(None, "127.0.0.1", 0, [*secrets, wrong])
        said = [each async for each in findings(checkup, patience=2)][-3:]
        assert [finding.mark for finding in said] == ["ok", "problem", "problem"]
        assert "relays" in said[0].text
        assert "static-auth-secret" in said[1].advice
        assert "password" in said[2].text
        expired = TurnSecret(url, SECRET).entry("me", 1_700_000_000)["username"]
        outcome = await try_ice_server(url, Credentials(expired, "old"), patience=2)
        told = judge_ice_server(url, outcome, username=expired, now=1_800_000_000)
        assert "expired" in told.text
