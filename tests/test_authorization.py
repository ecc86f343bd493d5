"""The host's function that decides who may do what, however it behaves."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from signaling.access import Grant
from signaling.authorization import NOBODY, NOT_ALLOWED, Authorization
from signaling.refusal import Refusal
from signaling.request import Request

ASKED = Request(method="GET", path="/")
ANN = Grant("operator", "ann")


async def refusal(function: Any, request: Request = ASKED) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        await Authorization(function).grant(request)
    assert "\n" not in refused.value.reason
    return refused.value.status, refused.value.reason


async def test_an_async_one_runs_on_the_loop() -> None:
    async def authorize(request: Request) -> Grant:
        assert request is ASKED
        assert threading.current_thread() is threading.main_thread()
        return ANN

    assert await Authorization(authorize).grant(ASKED) is ANN


async def test_another_one_runs_on_a_thread_with_the_context_of_the_request() -> None:
    language = contextvars.ContextVar("language", default="none")
    language.set("English")

    def authorize(request: Request) -> Grant:
        assert threading.current_thread() is not threading.main_thread()
        return Grant("viewer", language.get())

    assert await Authorization(authorize).grant(ASKED) == Grant("viewer", "English")


async def test_what_it_returns_may_have_to_be_awaited() -> None:
    async def decide() -> Grant:
        return ANN

    class Authorizer:
        async def __call__(self, request: Request) -> Grant:
            return ANN

    assert await Authorization(lambda request: decide()).grant(ASKED) is ANN
    assert await Authorization(Authorizer()).grant(ASKED) is ANN


async def test_one_that_blocks_holds_nobody_up() -> None:
    go_on = threading.Event()

    def authorize(request: Request) -> Grant:
        if request.canvas == "slow":
            go_on.wait(5)
        return ANN

    authorization = Authorization(authorize)
    slow = asyncio.create_task(
        authorization.grant(Request(method="GET", path="/slow/", canvas="slow"))
    )
    assert await authorization.grant(ASKED) is ANN
    assert not slow.done()
    go_on.set()
    assert await slow is ANN


async def test_nobody_is_401_and_somebody_403() -> None:
    status, reason = await refusal(lambda request: None)
    assert (status, "not logged in" in reason) == (401, True)
    known = Request(method="GET", path="/", given={"session": {"user": "bob"}})
    status, reason = await refusal(lambda request: None, known)
    assert (status, "may not see" in reason) == (403, True)


async def test_a_failure_is_logged_in_full_once(caplog: pytest.LogCaptureFixture) -> None:
    def authorize(request: Request) -> Grant:
        raise KeyError("a secret of the inside")

    authorization = Authorization(authorize)
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await authorization.grant(ASKED)
        assert (refused.value.status, "log says why" in refused.value.reason) == (500, True)
        assert "secret" not in refused.value.reason
    first, second = caplog.records
    assert first.exc_info is not None
    assert second.exc_info is None
    assert "2. time" in second.getMessage()


async def test_a_missing_session_is_told() -> None:
    status, reason = await refusal(lambda request: Grant("viewer", request.session["user"]))
    assert status == 500
    assert reason.startswith("The request has no session: ")


@pytest.mark.parametrize("wrong", [True, "operator", ("operator", "ann")])
async def test_what_is_no_grant_is_a_failure(wrong: object, caplog: Any) -> None:
    assert (await refusal(lambda request: wrong))[0] == 500
    assert "must return a Grant or None, got" in str(caplog.records[0].exc_info)


async def test_a_role_that_does_not_exist_is_a_failure(caplog: Any) -> None:
    assert (await refusal(lambda request: Grant("boss")))[0] == 500  # type: ignore[arg-type]
    assert "role must be one of viewer, operator, admin, got 'boss'" in str(
        caplog.records[0].exc_info
    )


@pytest.mark.parametrize("status", [401, 403])
async def test_what_the_host_raises_for_its_pages_is_no_failure(status: int, caplog: Any) -> None:
    async def authorize(request: Request) -> Grant:
        raise HTTPException(status, "Only on weekdays.")

    async def say_nothing(request: Request) -> Grant:
        raise HTTPException(status)

    assert await refusal(authorize) == (status, "Only on weekdays.")
    assert await refusal(say_nothing) == (status, NOBODY if status == 401 else NOT_ALLOWED)
    assert not caplog.records


async def test_one_that_stops_an_iteration_or_is_cancelled_has_failed() -> None:
    def stop(request: Request) -> Grant:
        raise StopIteration

    async def cancel(request: Request) -> Grant:
        raise asyncio.CancelledError

    assert (await refusal(stop))[0] == 500
    assert (await refusal(cancel))[0] == 500


@pytest.mark.parametrize("ends", [SystemExit, KeyboardInterrupt, GeneratorExit])
async def test_one_that_ends_its_thread_has_failed(
    ends: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    def end(request: Request) -> Grant:
        raise ends("No settings.")

    assert (await refusal(end))[0] == 500
    [record] = caplog.records
    assert f"{ends.__name__}('No settings.')" in str(record.exc_info)


async def test_one_that_takes_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.authorization.PATIENCE", 0.05)
    go_on = threading.Event()
    stubborn = asyncio.Event()

    async def never(request: Request) -> Grant:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await stubborn.wait()
        return ANN

    def hang(request: Request) -> Grant:
        go_on.wait(5)
        return ANN

    for function in (never, hang):
        began = time.monotonic()
        status, reason = await refusal(function)
        assert (status, "did not decide within" in reason) == (503, True)
        assert time.monotonic() - began < 1
    go_on.set()
    stubborn.set()
    await asyncio.sleep(0)


async def test_a_thread_that_cannot_start_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.authorization.AT_ONCE", 1)

    class NoThread(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    authorization = Authorization(lambda request: ANN)
    with monkeypatch.context() as exhausted:
        exhausted.setattr("signaling.authorization.threading.Thread", NoThread)
        with pytest.raises(Refusal) as refused:
            await authorization.grant(ASKED)
        assert refused.value.status == 500
    assert await authorization.grant(ASKED) is ANN


async def test_threads_that_hang_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.authorization.PATIENCE", 0.05)
    monkeypatch.setattr("signaling.authorization.AT_ONCE", 2)
    go_on, calls = threading.Event(), []

    def hang(request: Request) -> Grant:
        calls.append(request)
        go_on.wait(5)
        return ANN

    authorization = Authorization(hang)
    asked = [authorization.grant(ASKED) for _ in range(5)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [getattr(each, "status", None) for each in outcomes] == [503] * 5
    assert len(calls) == 2
    go_on.set()
    monkeypatch.setattr("signaling.authorization.PATIENCE", 5)
    assert await authorization.grant(ASKED) is ANN
