"""How a browser and a program find each other: WHEP over HTTP, who may use it, and the page.

Nothing here knows pictures or peer connections. What serves them is a `Host` (see `whep`), and the
only module that touches aiohttp is `app`.
"""

PROJECT = "rtc_canvas"
"""Whose `signaling` this is: other distributions have packages of that name."""
