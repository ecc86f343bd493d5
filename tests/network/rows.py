"""The rows of the table, and what is asked of each: all of it as data."""

from __future__ import annotations

from .figures import Limit, Row

FIRST_VISIT = Limit("first_frame", at_most=4.0)
SHOWN = Limit("fps", at_least=25)
BESIDE_UDP = Limit("glass_median", beside="glass, UDP")
BACK = Limit("gap", at_most=3.0)

ROWS = (
    Row("opened, one machine", "one machine", "udp", (Limit("first_frame", at_most=0.35), SHOWN)),
    Row(
        "opened, 40 ms",
        "a link of 40 ms round trip, one UDP port",
        "udp",
        (Limit("first_frame", at_most=0.8), SHOWN),
    ),
    Row(
        "20 peers", "20 pages at once on one UDP port, 2 fps", "udp", (Limit("pages", at_least=20),)
    ),
    Row("no UDP", "UDP dropped, 40 ms", "tcp", (FIRST_VISIT, SHOWN)),
    Row(
        "no UDP, 500 kbit/s",
        "UDP dropped, 40 ms, 500 kbit/s, a picture that asks for more",
        "tcp",
        (FIRST_VISIT, Limit("fps", at_least=15), Limit("glass_median", at_most=150)),
    ),
    Row(
        "only HTTP",
        "only HTTP through nginx, first visit, 40 ms",
        "websocket",
        (FIRST_VISIT, SHOWN),
    ),
    Row(
        "only HTTP, again",
        "the same, next visit",
        "websocket",
        (Limit("first_frame", at_most=1.0), SHOWN),
    ),
    Row(
        "TURN/UDP",
        "symmetric NATs on both sides, coturn over UDP",
        "relay/udp",
        (FIRST_VISIT, SHOWN),
    ),
    Row("TURN/TCP", "the same, coturn over TCP", "relay/tcp", (FIRST_VISIT, SHOWN)),
    Row("TURN/TLS", "the same, coturn over TLS", "relay/tls", (FIRST_VISIT, SHOWN)),
    Row(
        "TURN, server's",
        "the same, the server with an address at coturn only",
        "udp to relay",
        (FIRST_VISIT, SHOWN),
    ),
    Row(
        "TURN, wrong secret",
        "the same, another secret than coturn's",
        "websocket",
        (FIRST_VISIT, SHOWN),
    ),
    Row(
        "TURN, expired",
        "the same, credentials that have expired",
        "websocket",
        (FIRST_VISIT, SHOWN),
    ),
    Row(
        "TURN, dead",
        "40 ms, a TURN server that never answers",
        "udp",
        (Limit("first_frame", at_most=0.8), SHOWN),
    ),
    Row("new address", "a new address of the browser's, 40 ms", "udp", (BACK,)),
    Row("NAT rebinding", "the browser's NAT maps it to other ports", "udp", (BACK,)),
    Row("cut off", "the browser cut off for 10 s, 40 ms", "udp", (BACK,)),
    Row("ssh -L", "only `ssh -L`, 40 ms", "tcp", (FIRST_VISIT, SHOWN)),
    Row("glass, UDP", "one machine, UDP", "udp", (SHOWN,)),
    Row("glass, ICE-TCP", "one machine, ICE-TCP", "tcp", (BESIDE_UDP, SHOWN)),
    Row("glass, TURN/UDP", "one machine, coturn over UDP", "relay/udp", (BESIDE_UDP, SHOWN)),
    Row(
        "glass, WebSocket", "one machine, WebSocket and WebCodecs", "websocket", (BESIDE_UDP, SHOWN)
    ),
    Row(
        "WebSocket, 8 Mbit/s",
        "WebSocket, 8 Mbit/s, 20 ms one way, a picture that asks for more",
        "websocket",
        (SHOWN, Limit("glass_median", at_most=120)),
    ),
    Row(
        "WebSocket, 200 ms",
        "the same, 100 ms one way",
        "websocket",
        (Limit("fps", at_least=20), Limit("glass_median", at_most=250)),
    ),
)
