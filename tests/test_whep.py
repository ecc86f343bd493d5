from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.access import Grant
from signaling.authority import Reached
from signaling.discovery import Config, IceServer
from signaling.refusal import Refusal
from signaling.trickle import TrickleCandidate
from signaling.whep import MAX_BODY, Request, Response, respond

OFFER = (Path(__file__).parent / "offers" / "chromium.sdp").read_bytes()
GRANT = Grant("operator")
NOWHERE = Reached()

HOST = "candidate:1 1 udp 2113937151 192.0.2.7 54854 typ host"
FRAGMENT = f"""\
a=ice-ufrag:QvC7
a=ice-pwd:C7x7FYacm4TONes+6/FHp43M
m=video 9 UDP/TLS/RTP/SAVPF 0
a=mid:0
a={HOST}
"""

SDP = {"Content-Type": "application/sdp"}
TRICKLE = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": '"ours"'}


@dataclass
class Peer:
    """A session that remembers what happened to it."""

    id: str = "id-1"
    etag: str = "ours"
    answer: str = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n"
    remote_ufrag: str = "QvC7"
    restarts: list[tuple[str, str]] = field(default_factory=list)
    candidates: list[TrickleCandidate] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    async def restart_ice(self, ufrag: str, password: str) -> tuple[str, str]:
        self.restarts.append((ufrag, password))
        self.etag, self.remote_ufrag = "newer", ufrag
        return "newer", "newer/newer/newer/newer"

    async def add_candidates(self, candidates: Sequence[TrickleCandidate]) -> None:
        self.candidates += candidates

    async def close(self, reason: str) -> None:
        self.closed.append(reason)


@dataclass
class Program:
    """A host of one canvas, "main", that remembers how it was asked for peers."""

    peer: Peer = field(default_factory=Peer)
    refusal: Refusal | None = None
    asked: list[tuple[str, str, Grant, str | None, Reached]] = field(default_factory=list)
    joined: list[tuple[str | None, bool]] = field(default_factory=list)
    servers: list[IceServer] = field(default_factory=list)

    def has_canvas(self, name: str) -> bool:
        return name == "main"

    async def connect(
        self,
        canvas: str,
        offer: str,
        *,
        grant: Grant,
        codec: str | None,
        reached: Reached,
        session: str | None = None,
        use: bool = False,
    ) -> Peer:
        self.joined.append((session, use))
        self.asked.append((canvas, offer, grant, codec, reached))
        if self.refusal is not None:
            raise self.refusal
        return self.peer

    def session(self, canvas: str, session_id: str, *, grant: Grant) -> Peer | None:
        return self.peer if (canvas, session_id) == ("main", self.peer.id) else None

    async def snapshot(self, canvas: str, *, grant: Grant) -> bytes:
        raise NotImplementedError

    async def ice_servers(self, grant: Grant) -> list[IceServer]:
        return self.servers

    async def config(self, canvas: str | None, *, grant: Grant) -> Config:
        raise AssertionError("WHEP needs no config")


@pytest.fixture
def program() -> Program:
    return Program()


async def post(
    program: Program,
    body: bytes = OFFER,
    *,
    reached: Reached = NOWHERE,
    canvas: str = "main",
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> Response:
    request = Request(
        method="POST",
        canvas=canvas,
        grant=GRANT,
        query=query or {},
        headers=SDP if headers is None else headers,
        body=body,
        content_length=len(body),
        reached=reached,
    )
    return await respond(request, program)


async def patch(
    program: Program,
    body: str = FRAGMENT,
    *,
    headers: dict[str, str] | None = None,
    session: str = "id-1",
) -> Response:
    request = Request(
        method="PATCH",
        canvas="main",
        grant=GRANT,
        session=session,
        headers=TRICKLE if headers is None else headers,
        body=body.encode(),
        content_length=len(body),
    )
    return await respond(request, program)


async def ask(
    program: Program, method: str, session: str | None = None, canvas: str = "main"
) -> Response:
    request = Request(method=method, canvas=canvas, grant=GRANT, session=session)
    return await respond(request, program)


def refused(response: Response, status: int, reason: str) -> None:
    """Check that a response is that refusal, in one line of plain text."""
    assert response.status == status
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reason in response.body
    assert response.body.endswith("\n")
    assert response.body.count("\n") == 1


async def test_an_offer_is_answered(program: Program) -> None:
    assert await post(program) == Response(
        201,
        {"Content-Type": "application/sdp", "Location": "main/id-1", "ETag": '"ours"'},
        program.peer.answer,
    )
    [(canvas, offer, grant, codec, reached)] = program.asked
    assert (canvas, grant, codec, reached) == ("main", GRANT, None, NOWHERE)
    assert "m=video" in offer
    assert ".local" not in offer


async def test_the_host_is_told_where_the_browser_reached_the_server(program: Program) -> None:
    reached = Reached(("192.0.2.7", 9000), "10.0.0.2")
    await post(program, reached=reached)
    assert program.asked[0][4] == reached


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_the_page_may_wish_for_a_codec(program: Program, codec: str) -> None:
    assert (await post(program, query={"codec": codec, "other": "x"})).status == 201
    assert program.asked[0][3] == codec


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "application/sdp"}, {"CONTENT-TYPE": "Application/SDP; charset=utf-8"}],
)
async def test_fields_come_in_any_case(program: Program, headers: dict[str, str]) -> None:
    assert (await post(program, headers=headers)).status == 201


async def test_an_unknown_codec_is_refused(program: Program) -> None:
    refused(await post(program, query={"codec": "av1\n"}), 400, r"h264 or vp8, got 'av1\n'.")


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/sdpx"}]
)
async def test_another_content_type_is_refused(program: Program, headers: dict[str, str]) -> None:
    refused(await post(program, headers=headers), 415, "must be application/sdp")


async def test_a_body_of_64_kib_is_taken_and_no_more(program: Program) -> None:
    line = b"a=x:%s\r\n"
    space = MAX_BODY - len(OFFER) - len(line % b"")
    assert (await post(program, OFFER + line % (b"y" * space))).status == 201
    refused(await post(program, OFFER + line % (b"y" * (space + 1))), 413, "65536 bytes")


@pytest.mark.parametrize(
    ("content_length", "body", "status"),
    [(None, OFFER, 411), (MAX_BODY + 1, b"", 413), (1, b"y" * (MAX_BODY + 1), 413)],
)
async def test_the_length_and_the_body_are_both_looked_at(
    program: Program, content_length: int | None, body: bytes, status: int
) -> None:
    request = Request(
        method="POST",
        canvas="main",
        grant=GRANT,
        headers=SDP,
        body=body,
        content_length=content_length,
    )
    assert (await respond(request, program)).status == status


async def test_what_is_no_sdp_is_refused(program: Program) -> None:
    refused(await post(program, b"hello"), 400, "is not <type>=<value>")


async def test_an_offer_without_video_is_refused(program: Program) -> None:
    refused(await post(program, OFFER.replace(b"a=recvonly", b"a=sendonly")), 422, "no video")


async def test_an_unknown_canvas_is_refused(program: Program) -> None:
    refused(await post(program, canvas="other"), 404, "no canvas named 'other'")


@pytest.mark.parametrize("status", [406, 422, 503])
async def test_the_host_may_refuse(program: Program, status: int) -> None:
    program.refusal = Refusal(status, "Not now.")
    refused(await post(program), status, "Not now.")


async def test_nothing_is_made_for_a_refused_offer(program: Program) -> None:
    for response in (
        await post(program, b"hello"),
        await post(program, OFFER.replace(b"a=recvonly", b"a=inactive")),
        await post(program, OFFER, canvas="other"),
        await post(program, OFFER, headers={}),
        await post(program, OFFER, query={"codec": "av1"}),
        await post(program, b"a" * (MAX_BODY + 1)),
    ):
        assert 400 <= response.status < 500
    assert program.asked == []


@pytest.mark.parametrize(
    "condition", ['"ours"', "ours", 'W/"ours"', '"theirs", "ours"', "*", '"*"']
)
async def test_candidates_are_handed_on(program: Program, condition: str) -> None:
    assert await patch(program, headers={**TRICKLE, "If-Match": condition}) == Response(204)
    assert program.peer.candidates == [TrickleCandidate("0", HOST)]


async def test_a_fragment_without_candidates_is_fine(program: Program) -> None:
    assert (await patch(program, FRAGMENT.replace("192.0.2.7", "some.local"))).status == 204
    assert program.peer.candidates == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": TRICKLE["Content-Type"]}, 428),
        ({**TRICKLE, "If-Match": '"theirs"'}, 412),
        ({**TRICKLE, "If-Match": ""}, 412),
        ({**TRICKLE, "Content-Type": "application/sdp"}, 415),
    ],
)
async def test_a_patch_without_its_conditions_is_refused(
    program: Program, headers: dict[str, str], status: int
) -> None:
    assert (await patch(program, headers=headers)).status == status
    assert program.peer.candidates == []


async def test_an_ice_restart(program: Program) -> None:
    body = FRAGMENT.replace("QvC7", "anew")
    response = await patch(program, body, headers={**TRICKLE, "If-Match": "*"})
    assert response.status == 200
    assert response.headers == {
        "Content-Type": "application/trickle-ice-sdpfrag",
        "ETag": '"newer"',
    }
    assert response.body.startswith("a=ice-ufrag:newer\r\na=ice-pwd:newer/newer/newer/newer\r\n")
    assert program.peer.restarts == [("anew", "C7x7FYacm4TONes+6/FHp43M")]
    assert program.peer.candidates == [TrickleCandidate("0", HOST)]
    # Candidates of the ICE session before are nobody's any more.
    assert (await patch(program)).status == 412


@pytest.mark.parametrize(
    ("body", "condition", "reason"),
    [
        (FRAGMENT.replace("QvC7", "anew"), '"ours"', "If-Match"),
        (FRAGMENT.replace("QvC7", "anew").replace("a=ice-pwd", "a=ice-word"), "*", "one a=ice-pwd"),
        (FRAGMENT + "a=ice-ufrag:anew\r\n", "*", "one a=ice-ufrag"),
    ],
)
async def test_an_ice_restart_that_is_none(
    program: Program, body: str, condition: str, reason: str
) -> None:
    response = await patch(program, body, headers={**TRICKLE, "If-Match": condition})
    refused(response, 422, reason)
    assert program.peer.restarts == []
    assert program.peer.candidates == []


async def test_a_page_may_begin_anew_as_the_peer_that_it_was(program: Program) -> None:
    await post(program, query={"session": "token", "use": "1"})
    await post(program, query={"session": "token"})
    assert program.joined == [("token", True), ("token", False)]


async def test_a_broken_fragment_is_refused(program: Program) -> None:
    refused(await patch(program, "candidate:1"), 400, "is not <type>=<value>")


async def test_a_delete_ends_the_session(program: Program) -> None:
    assert await ask(program, "DELETE", "id-1") == Response(200)
    assert program.peer.closed == ["The viewer left."]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "DELETE"])
async def test_an_unknown_session_is_refused(program: Program, method: str) -> None:
    refused(await ask(program, method, "id-2"), 404, "no such session")
    assert program.peer.closed == []


@pytest.mark.parametrize("session", [None, "id-1"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_look_is_answered_without_a_body(
    program: Program, method: str, session: str | None
) -> None:
    response = await ask(program, method, session)
    assert (response.status, response.body) == (200, "")


@pytest.mark.parametrize(
    ("method", "session", "allowed"),
    [
        ("PUT", None, "GET, HEAD, OPTIONS, POST"),
        ("DELETE", None, "GET, HEAD, OPTIONS, POST"),
        ("POST", "id-1", "DELETE, GET, HEAD, OPTIONS, PATCH"),
    ],
)
async def test_other_methods_are_refused(
    program: Program, method: str, session: str | None, allowed: str
) -> None:
    response = await ask(program, method, session)
    refused(response, 405, allowed)
    assert response.headers["Allow"] == allowed


@given(
    method=st.sampled_from(["DELETE", "GET", "PATCH", "POST", "PUT"]),
    canvas=st.sampled_from(["main", "other"]),
    session=st.none() | st.sampled_from(["id-1", "id-2"]),
    headers=st.dictionaries(
        st.sampled_from(["Content-Type", "If-Match"]),
        st.sampled_from([*SDP.values(), *TRICKLE.values()]) | st.text(),
    ),
    body=st.sampled_from([OFFER, FRAGMENT.encode()]) | st.binary(),
)
async def test_whatever_comes_there_is_an_answer_and_no_peer_for_a_refused_one(
    method: str, canvas: str, session: str | None, headers: dict[str, str], body: bytes
) -> None:
    program = Program()
    request = Request(
        method=method,
        canvas=canvas,
        grant=GRANT,
        session=session,
        headers=headers,
        body=body,
        content_length=len(body),
    )
    response = await respond(request, program)
    if response.status == 201:
        assert response.body == program.peer.answer
    else:
        assert response.body.count("\n") <= 1
    assert len(program.asked) == (response.status == 201)


# ICE servers for players that know nothing but WHEP


TURN: IceServer = {
    "urls": ["turn:turn.example.org:3478", "turns:turn.example.org"],
    "username": '1735412345:"al\\ice"\n',
    "credential": "c=",
}


async def test_a_new_session_names_the_ice_servers(program: Program) -> None:
    program.servers = [{"urls": ["stun:stun.example.org"]}, TURN]
    links = (await post(program)).headers["Link"].split(", ")
    credentials = (
        'rel="ice-server"; username="1735412345:\\"al\\\\ice\\""; credential="c="; '
        'credential-type="password"'
    )
    assert links == [
        '<stun:stun.example.org>; rel="ice-server"',
        f"<turn:turn.example.org:3478>; {credentials}",
        f"<turns:turn.example.org>; {credentials}",
    ]


async def test_without_ice_servers_there_is_no_link(program: Program) -> None:
    assert "Link" not in (await post(program)).headers
