"""A canvas inside a FastAPI site, under a prefix: two people log in, one steers, the other watches."""

from __future__ import annotations

import pytest

from ..hosting import example, running
from .conftest import NewContext
from .program import Program
from .viewer import Viewer


async def log_in(new_context: NewContext, origin: str, user: str, password: str) -> Viewer:
    """Somebody who has a browser of their own and fills in the site's form."""
    viewer = Viewer(await (await new_context()).new_page())
    await viewer.page.goto(origin)
    await viewer.page.fill("[name=user]", user)
    await viewer.page.fill("[name=password]", password)
    await viewer.page.click("button")
    await viewer.page.wait_for_url(f"{origin}/lamp/")
    return viewer


@pytest.mark.parametrize("transport", ["webrtc", "websocket"])
async def test_ann_steers_and_bob_watches(transport: str, new_context: NewContext) -> None:
    site = example("in_fastapi")
    program = Program(site.canvas)
    async with running(site.app) as origin:
        bob = await log_in(new_context, origin, "bob", "pear")
        ann = await log_in(new_context, origin, "ann", "apple")
        if transport == "websocket":
            for viewer in (bob, ann):
                await viewer.page.goto(f"{origin}/lamp/?transport=websocket")
        await bob.is_live()
        await ann.steers()
        await ann.says("you steer")
        await bob.says("you may only watch")
        await bob.page.mouse.move(300, 200)
        await ann.page.mouse.move(40, 60)
        moved = await program.event("pointer_move")
        assert (moved["x"], moved["y"], moved["peer"].user) == (40, 60, "ann")
        # The lamp is where ann has carried it, for both.
        for viewer in (ann, bob):
            await viewer.until("observer.frame(40, 60, 1, 1).data[0] > 200")
            await viewer.until("observer.frame(320, 240, 1, 1).data[0] < 60")
        peers = {str(peer.user): peer for peer in site.canvas.peers if not peer.away}
        assert {name: peer.role for name, peer in peers.items()} == {
            "bob": "viewer",
            "ann": "operator",
        }
        assert {peer.stats.transport for peer in peers.values()} == {transport}
        assert not any(
            e["type"].startswith("pointer_") and e["peer"].user == "bob" for e in program.events
        )


async def test_who_is_not_logged_in_reads_one_sentence(new_context: NewContext) -> None:
    async with running(example("in_fastapi").app) as origin:
        page = await (await new_context()).new_page()
        response = await page.goto(f"{origin}/lamp/")
        assert response is not None
        assert response.status == 401
        assert (await page.inner_text("body")).strip() == (
            "You are not logged in; log in on this site, then open this page again."
        )
