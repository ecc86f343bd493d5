"""aioice's connection, made to connect at once and to live as long as its peer does."""

from __future__ import annotations

import asyncio
import logging
import secrets
import string
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from aioice import ice, stun
from aiortc.rtcicetransport import RTCIceTransport

from ...net.demultiplexer import Address
from ...net.hub import Entrance
from ...ticks import until_tick
from . import require
from .relay import allocate
from .shared import COMPONENT, SharedProtocol, join

logger = logging.getLogger(__name__)

require(
    ice.Connection,
    "connect",
    "query_consent",
    "sendto",
    "check_complete",
    "check_incoming",
    "build_request",
    "gather_candidates",
    "respond_error",
    "_check_periodic",
    "_pair_remote_candidate",
    "_unfreeze_initial",
    "sort_check_list",
    "_add_remote_candidate",
    "data_received",
)
require(ice, "ICE_COMPLETED", "CandidatePair")
require(ice.CandidatePair, "remote_addr")

# Silent for a second, the peer is asked; silent for five, nothing else is sent to it. Round trips of 600 ms and 10 % of
# loss give enough answers in between.
ASK_AFTER = 1.0
ASK_EVERY = 0.5
SILENT_AFTER = 5.0
_LOOK_EVERY = 0.25

# Then nothing at all may be sent any more before the other side is heard (RFC 7675 clause 5.1).
CONSENT = 30.0

# So many addresses of a browser's are known (RFC 8445 clause 6.1.2.5 wants a limit): one that names more would have
# checks sent to strangers, and fill the memory. It has a few, and those that it left long ago are forgotten.
ADDRESSES_LIMIT = 32

# So many packets may wait until the handshake begins to read them.
UNREAD_LIMIT = 1024

# Seconds that a browser is given to connect again over TCP.
COMES_BACK_WITHIN = 3.0

# RFC 8445 clause 5.3: 128 bits at least.
PASSWORD_LENGTH = 24
_PASSWORD = string.ascii_letters + string.digits

# What tells a request apart that is not authenticated.
_UNAUTHENTICATED = (400, 401)


class Credentials(NamedTuple):
    """What one side of an ICE session is known by: its user name fragment and password."""

    ufrag: str
    password: str


def _ignore() -> None:
    pass


class Liveness:
    """When the last authenticated packet came from the other side.

    on_silent: called when none came for 5 s, or the TCP connection that carried all has ended and no other came within
        3 s. on_heard: called when one comes after that.
    is_silent: whether it is between the two.
    """

    def __init__(
        self, *, on_silent: Callable[[], None] = _ignore, on_heard: Callable[[], None] = _ignore
    ) -> None:
        self._seen = time.monotonic()
        self._on_silent = on_silent
        self._on_heard = on_heard
        self.is_silent = False

    def seen(self) -> None:
        self._seen = time.monotonic()
        if self.is_silent:
            self.is_silent = False
            self._on_heard()

    def look(self) -> None:
        """See whether it is silent."""
        if self.silence >= SILENT_AFTER:
            self.fall_silent()

    def fall_silent(self) -> None:
        """Nothing comes any more the way it came."""
        if not self.is_silent:
            self.is_silent = True
            self._on_silent()

    @property
    def silence(self) -> float:
        """Seconds since the last authenticated packet."""
        return time.monotonic() - self._seen


class SelectedPair:
    """The two addresses between which all goes now."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @property
    def transport(self) -> Literal["udp", "tcp", "relay"] | None:
        """How it goes; None before it does. "relay": over a TURN server of this side's."""
        pair = self._pair
        if pair is None:
            return None
        local = pair.protocol.local_candidate
        return "relay" if local.type == "relay" else local.transport

    @property
    def backlog(self) -> int:
        """Bytes that have not left yet, or over TCP are not known to have arrived."""
        pair = self._pair
        if pair is None or not isinstance(pair.protocol, SharedProtocol):
            return 0
        return pair.protocol.backlog(pair.remote_addr)

    def forget_others(self) -> None:
        """Take no more media from where the browser was before; a check from there makes it known again."""
        pair = self._pair
        if pair is None:
            return
        for protocol in self._connection._protocols:
            if isinstance(protocol, SharedProtocol):
                protocol.keep(pair.remote_addr if protocol is pair.protocol else None)

    @property
    def address(self) -> Address | None:
        """The other side's; None before there is one."""
        pair = self._pair
        return None if pair is None else pair.remote_addr

    def is_at(self, protocol: SharedProtocol, address: Address) -> bool:
        pair = self._pair
        return pair is not None and pair.protocol is protocol and pair.remote_addr == address

    @property
    def _pair(self) -> Any:
        return self._connection._nominated.get(COMPONENT)


def adopt(
    transport: RTCIceTransport,
    entrance: Entrance,
    liveness: Liveness,
    on_moved: Callable[[], None],
) -> SelectedPair:
    """Prepare a transport's connection; before candidates are gathered.

    - It sends and receives on sockets that all peers share, under a name that no other has, or through a relay only.
    - It completes when the browser's check has been answered, not at the next turn of a 20 ms poll.
    - Consent (RFC 7675) is judged by every authenticated packet, and its loss is no end: nothing is sent while the
      other side is silent. aioice's own check gives each request 0.5 s, which ends peers with long round trips, needs
      half a minute to notice the others, and closes the connection for good.
    - A check that was cancelled half-way can be started again; aioice would leave its pair unusable for ever.
    - A request that is not authenticated gets no answer: whoever sent it knows no more than before, and an answer to a
      forged address would be one more packet at somebody else.
    - Of a browser's addresses so many are known, and so many packets of its kept, and no more.
    - No datagram of a stranger's, malformed, empty or too long, ends the connection or raises; and nobody begins the
      DTLS handshake from an address from which no authenticated check came.

    on_moved: called when another pair of addresses was chosen than before.
    """
    connection: Any = transport._connection
    require(connection, "_protocols", "_local_username", "_local_candidates", "_queue")
    connection._local_username = entrance.ufrag
    check_incoming = connection.check_incoming
    respond_error = connection.respond_error
    add_remote_candidate = connection._add_remote_candidate
    data_received = connection.data_received
    # Those of the offer, which nobody has been paired with yet.
    del connection._remote_candidates[ADDRESSES_LIMIT:]

    def add(candidate: Any, network_host: str) -> None:
        if len(connection._remote_candidates) < ADDRESSES_LIMIT:
            add_remote_candidate(candidate, network_host)

    def receive(data: bytes, component: int) -> None:
        if connection._queue.qsize() < UNREAD_LIMIT:
            data_received(data, component)

    def check(message: stun.Message, address: Address, protocol: ice.StunProtocol) -> None:
        liveness.seen()
        if "PRIORITY" not in message.attributes:
            # Every check has one (RFC 8445 clause 7.1.1); aioice takes that for granted.
            return
        for pair in connection._check_list:
            if pair.state is ice.CandidatePair.State.IN_PROGRESS and (
                pair.task is None or pair.task.done()
            ):
                pair.task = None
                pair.state = ice.CandidatePair.State.FROZEN
        if len(connection._remote_candidates) >= ADDRESSES_LIMIT:
            _forget_oldest(connection, address)
        check_incoming(message, address, protocol)

    def respond(
        request: stun.Message,
        address: Address,
        protocol: ice.StunProtocol,
        error: tuple[int, str],
    ) -> None:
        if error[0] not in _UNAUTHENTICATED:
            respond_error(request, address, protocol, error)
        elif isinstance(protocol, SharedProtocol):
            protocol.refuse()

    async def gather() -> None:
        connection._local_candidates_start = True
        if entrance.relays is None:
            connection._local_candidates += join(connection, entrance, source_lost)
        else:
            connection._local_candidates += await allocate(connection, entrance.relays)
        connection._local_candidates_end = True

    selected = SelectedPair(connection)

    def source_lost(protocol: SharedProtocol, address: Address) -> None:
        # Chromium connects again by itself.
        loop = asyncio.get_running_loop()
        loop.call_later(COMES_BACK_WITHIN, give_up, protocol, address)

    def give_up(protocol: SharedProtocol, address: Address) -> None:
        if selected.is_at(protocol, address):
            liveness.fall_silent()

    send = connection.sendto

    async def sendto(data: bytes, component: int) -> None:
        if not liveness.is_silent:
            await send(data, component)

    check_complete = connection.check_complete

    def complete(pair: Any) -> None:
        before = selected.address
        check_complete(pair)
        if before not in (None, selected.address):
            on_moved()

    connection._add_remote_candidate = add
    connection.data_received = receive
    connection.sendto = sendto
    connection.check_complete = complete
    connection.check_incoming = check
    connection.respond_error = respond
    connection.gather_candidates = gather
    connection.query_consent = lambda: _keep_consent(connection, liveness)
    connection.connect = lambda: _connect(connection, liveness)
    return selected


def _forget_oldest(connection: Any, known: Address) -> None:
    """Make room for another address of the browser's: of those that nothing goes to, the one that was told first.

    known: needs no room where it is one of them.
    """
    chosen = [pair.remote_candidate for pair in connection._nominated.values()]
    others = [each for each in connection._remote_candidates if each not in chosen]
    if any((each._network_host, each.port) == known for each in connection._remote_candidates):
        return
    oldest = others[0]
    connection._remote_candidates.remove(oldest)
    for pair in [pair for pair in connection._check_list if pair.remote_candidate is oldest]:
        connection._check_list.remove(pair)
        if pair.task is not None:
            pair.task.cancel()


def restart(
    transport: RTCIceTransport, entrance: Entrance, credentials: Credentials
) -> Credentials:
    """Begin a new ICE session over the same transport (RFC 8445 clause 9): all above it goes on.

    aiortc knows no restart. What is connected stays so until the browser's checks, which come with the new
    credentials, choose a pair again: the same one or, from another address, a new one.

    credentials: the browser's new ones. Returns this side's.
    """
    connection: Any = transport._connection
    require(connection, "_local_username", "_local_password", "remote_username", "remote_password")
    connection.remote_username, connection.remote_password = credentials
    ours = Credentials(
        entrance.rename(),
        "".join(secrets.choice(_PASSWORD) for _ in range(PASSWORD_LENGTH)),
    )
    connection._local_username, connection._local_password = ours
    return ours


async def _connect(connection: Any, liveness: Liveness) -> None:
    """`ice.Connection.connect` without its poll: the checks run beside the wait for their outcome."""
    if not connection._local_candidates_end:
        raise ConnectionError("Local candidates gathering was not performed")
    if connection.remote_username is None or connection.remote_password is None:
        raise ConnectionError("Remote username or password is missing")
    for candidate in connection._remote_candidates:
        connection._pair_remote_candidate(candidate)
    connection.sort_check_list()
    connection._unfreeze_initial()
    for early_check in connection._early_checks:
        connection.check_incoming(*early_check)
    connection._early_checks.clear()
    connection._early_checks_done = True

    checks = asyncio.create_task(_run_checks(connection))
    try:
        outcome = await connection._check_list_state.get()
    finally:
        checks.cancel()
    for pair in connection._check_list:
        if pair.task is not None:
            pair.task.cancel()
    if outcome != ice.ICE_COMPLETED:
        raise ConnectionError("ICE negotiation failed")
    liveness.seen()
    connection._query_consent_task = asyncio.create_task(connection.query_consent())


async def _run_checks(connection: Any) -> None:
    while connection._check_periodic():  # noqa: ASYNC110  # the pace of the checks (Ta), not a wait
        await asyncio.sleep(0.02)


async def _keep_consent(connection: Any, liveness: Liveness) -> None:
    """Ask the other side while it is silent, as long as that is allowed."""
    requests: set[asyncio.Task[None]] = set()
    asked = 0.0
    try:
        while True:
            liveness.look()
            now = time.monotonic()
            if ASK_AFTER <= liveness.silence < CONSENT and now - asked >= ASK_EVERY:
                asked = now
                for pair in connection._nominated.values():
                    task = asyncio.create_task(_ask(connection, pair, liveness))
                    requests.add(task)
                    task.add_done_callback(requests.discard)
            await asyncio.sleep(until_tick(now, _LOOK_EVERY))
    finally:
        for task in requests:
            task.cancel()


async def _ask(connection: Any, pair: Any, liveness: Liveness) -> None:
    request = connection.build_request(pair, nominate=False)
    key = connection.remote_password.encode()
    try:
        # Three more tries with doubling pauses: an answer is awaited for over 5 s.
        await pair.protocol.request(request, pair.remote_addr, integrity_key=key, retransmissions=3)
    except stun.TransactionError:
        return
    liveness.seen()
