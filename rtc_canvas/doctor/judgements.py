"""What each outcome means, and the one thing to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .candidates import Candidate, doubt
from .findings import Finding, note, ok, problem
from .outcome import Outcome

NGINX = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade"


# The server's address.


def judge_refusal(status: int, line: str, *, has_token: bool) -> Finding:
    """A status of `api/config` other than 200. line: the server's own reason, empty where it gave none."""
    if status == 401 and not has_token:
        return problem(
            "The server asks for a token, and the address has none.",
            "Give the whole link that the program printed, in quotes.",
        )
    if status == 401:
        return problem(
            "The token in the address is not that of the server.",
            "Give the link that the program printed last; a restart on another port makes a new token.",
        )
    if status == 403 and line:
        return problem(line, "Start the program with the option that this names.")
    if status in (502, 503, 504):
        return problem(
            f"A proxy answers with status {status}: it does not reach the program behind it.",
            "See that the program runs, and that the proxy passes requests to its port.",
        )
    return problem(
        f"There is no rtc_canvas server at this address: it answers with status {status}.",
        "Check the port and the path; behind a proxy, that it passes this path on.",
    )


def judge_no_connection(error: Exception, host: str, port: int) -> Finding:
    """No TCP connection."""
    if isinstance(error, ConnectionRefusedError):
        return problem(
            f"Nothing listens at {host} port {port}.",
            "Start the program; where it runs, see that --host is an address that others reach (0.0.0.0 for all).",
        )
    if isinstance(error, TimeoutError):
        return problem(
            f"{host} port {port} does not answer.",
            f"Open TCP port {port} in the firewall of that machine, or go through ssh -L {port}:localhost:{port}.",
        )
    return problem(f"{host} cannot be reached: {error}.", "Check the name in the address.")


def judge_certificate(reason: str) -> Finding:
    """A certificate that does not hold, by OpenSSL's words."""
    if "self-signed" in reason or "self signed" in reason or "local issuer" in reason:
        return note(
            f"Nobody vouches for the server's certificate ({reason}): browsers warn once.",
            "That is as it should be with --self-signed. For others, get one from an authority (--cert, --key).",
        )
    return problem(
        f"Browsers refuse the server's certificate: {reason}.",
        "Renew it, or get one for the name in the address (--cert, --key).",
    )


def judge_withheld_token() -> Finding:
    """The certificate of a server on another machine does not hold, and the address has a token."""
    return problem(
        "The token was not sent, and nothing else was looked at: whoever is on the way could read it.",
        "Where the certificate is your own and the way is known, run the doctor again with --insecure.",
    )


def judge_no_canvas() -> Finding:
    """A server that lists none."""
    return problem(
        "The server is well and shows no canvas: the program has made none yet, or closed all.",
        "See that the program keeps its canvas; nobody else holds it.",
    )


def judge_elsewhere(url: str) -> Finding:
    """A server that sends pages on to another one, which gets no token."""
    return problem(
        f"The server names {url:.200}, which is another server or protocol; nothing was sent there.",
        "All its URLs are relative: see what changes them on the way, and whether the address should be https.",
    )


def judge_no_location() -> Finding:
    """A 201 that does not tell the session's address."""
    return problem(
        "The server's answer to an offer came without its field Location: pages could not end or restart a session.",
        "Have the proxy on the way pass on all fields of responses.",
    )


def judge_websocket(status: int | None, detail: str = "") -> Finding:
    """The answer to a request to upgrade; None where there was none."""
    if status == 101:
        return ok("A WebSocket gets through.")
    came = detail or "no answer" if status is None else f"status {status}"
    return problem(
        f"No WebSocket gets through: {came}. Where WebRTC finds no way, there is no picture then.",
        f"Let the proxy on the way pass on Upgrade; in nginx: {NGINX}.",
    )


# The way of the media.


def judge_media(tried: Sequence[tuple[Candidate, Outcome]], reached: str) -> list[Finding]:
    """What came of checking the server's candidates. reached: the address by which its page came."""
    told = [_candidate(candidate, outcome, reached) for candidate, outcome in tried]
    udp = [candidate for candidate, outcome in tried if candidate.transport == "udp"]
    if not any(outcome.kind == "ok" and c.transport == "udp" for c, outcome in tried):
        told.append(_no_udp(udp, reached))
    return told


def _candidate(candidate: Candidate, outcome: Outcome, reached: str) -> Finding:
    name = f"{candidate.transport.upper()} {candidate}"
    if outcome.kind == "ok":
        return ok(f"{name} answers after {1000 * outcome.seconds:.0f} ms.")
    why = doubt(candidate.address[0], reached)
    return note(f"{name} does not answer{f': {why}' if why else ''}.")


def _no_udp(candidates: Sequence[Candidate], reached: str) -> Finding:
    if not candidates:
        return problem(
            "The server offers no address for UDP.", "See what interfaces its machine has."
        )
    doubts = [doubt(candidate.address[0], reached) for candidate in candidates]
    if all(doubts) and any("server's own machine" in (each or "") for each in doubts):
        return problem(
            "The server offers its media on loopback only.",
            "Start it with --host 0.0.0.0, so that its UDP port is open to others too.",
        )
    if all(doubts):
        return problem(
            "None of the addresses that the server offers can be right from here.",
            f"Start it with --public-address {reached}, and publish its UDP port as well (docker: -p PORT:PORT/udp).",
        )
    ports = sorted({candidate.address[1] for candidate in candidates})
    return problem(
        "No UDP gets through to the server: pictures take a slower way, over TCP.",
        f"Open UDP port {', '.join(map(str, ports))} in the firewall, or name a TURN server (--ice-server).",
    )


# ICE servers.


def judge_ice_server(
    url: str, outcome: Outcome, *, username: str = "", now: float, secret: bool = False
) -> Finding:
    """What came of asking one.

    username: what it was asked with. now: seconds of `time.time()`.
    secret: whether a shared secret made the credentials.
    """
    match outcome.kind:
        case "ok":
            return _ice_server_ok(url, outcome)
        case "silent":
            return problem(
                f"{url} does not answer.",
                "See that it runs; where a firewall is between, ?transport=tcp or turns: may pass.",
            )
        case "untrusted":
            return problem(
                f"The certificate of {url} does not hold: {outcome.detail}.",
                "Give the TURN server a certificate for its name (coturn: cert, pkey).",
            )
        case "unreachable":
            return problem(
                f"{url} cannot be reached: {outcome.detail}.", "Check its name and port."
            )
    if outcome.code == 401:
        return _unauthorised(url, username, now, secret)
    return problem(
        f"{url} refuses: {outcome.code} {outcome.detail}.", _ADVICE.get(outcome.code, _LOG)
    )


_LOG = "Its log says why."
_ADVICE = {
    403: "Allow this machine there (coturn: allowed-peer-ip, denied-peer-ip).",
    441: "Give the credentials that it knows.",
    442: "Let it relay UDP.",
    486: "Raise its quota (coturn: user-quota, total-quota).",
    508: "Raise its limit of relays (coturn: total-quota, min-port, max-port).",
}


def _ice_server_ok(url: str, outcome: Outcome) -> Finding:
    took = f"after {1000 * outcome.seconds:.0f} ms"
    if url.startswith("stun"):
        seen = outcome.address[0] if outcome.address else "an unknown address"
        return ok(f"{url} answers {took}: it sees this machine as {seen}.")
    relay = outcome.address[0] if outcome.address else "an unknown address"
    return ok(f"{url} relays {took}, from {relay}.")


def _unauthorised(url: str, username: str, now: float, secret: bool) -> Finding:
    expiry = expires_at(username)
    if expiry is not None and expiry <= now:
        return problem(
            f"The credentials for {url} expired {now - expiry:.0f} s ago.",
            "Reload the page, which fetches new ones; if they are old again, set the clock of the server's machine.",
        )
    if secret or expiry is not None:
        return problem(
            f"{url} refuses the credentials (401).",
            "Give the secret that it has (coturn: static-auth-secret), and see that both clocks agree.",
        )
    return problem(f"{url} refuses the user name or the password (401).", "Give those that it has.")


def expires_at(username: str) -> int | None:
    """When credentials with this user name expire, seconds of `time.time()`; None where they do not.

    Made from a shared secret, they begin with that time (draft-uberti-behave-turn-rest-00).
    """
    match = re.fullmatch(r"(\d{9,11})(?::.*)?", username, re.DOTALL)
    return int(match[1]) if match else None
