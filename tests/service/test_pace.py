"""Who asks too often waits for his turn, who shows wrong tokens is told so, and nobody else notices."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.client import Client, ClientConfig
from apportion.clock import monotonic_clock
from apportion.errors import NotAllowedError, ServiceUnavailableError
from apportion.model.token import ADMIN, CLIENT, VIEWER
from apportion.sdk.asking import Asking
from apportion.sdk.talk import Pause, Reply, Request
from apportion.service.access.pace import Pace
from apportion.service.admission import address_of
from apportion.service.app import build_app
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings
from tests.sdk.test_access import token
from tests.service.conftest import Process
from tests.service.tokens import WRONG, bearer, make_token


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 2)), max_size=60),
    st.floats(0.5, 50),
    st.integers(1, 20),
    st.sampled_from([0.0, 1.0]),
)
def test_nobody_gets_more_turns_than_his_share(calls, rate, at_once, patience):
    clock = Hands()
    pace = Pace(rate, at_once, patience, clock)
    turns: dict[str, list[float]] = {"a": [], "b": []}
    for who, later in calls:
        clock.now += later
        seconds = pace.wait(who)
        if seconds <= patience:
            turns[who].append(clock.now + seconds)
    for at in turns.values():
        for first in range(len(at)):
            for last in range(first, len(at)):
                assert last - first + 1 <= at_once + (at[last] - at[first]) * rate + 1e-6


def test_what_nobody_used_comes_at_once_and_no_more_than_that():
    clock = Hands()
    pace = Pace(10, 3, 0.0, clock)
    assert [pace.wait("a") == 0 for _ in range(4)] == [True, True, True, False]
    assert pace.wait("a") == pytest.approx(0.1), "a refusal costs no turn"
    assert pace.wait("b") == 0
    clock.now += 100
    assert [pace.wait("a") == 0 for _ in range(4)] == [True, True, True, False]


def test_its_memory_is_bounded():
    pace = Pace(1, 1, 0.0, Hands(), kept=100)
    for number in range(1000):
        pace.wait(str(number))
    assert len(pace._due) == 100
    assert pace.wait("999") > 0
    assert pace.wait("0") == 0, "forgotten"


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::1", "::1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, ""),
    ],
)
def test_half_of_an_ipv6_address_is_whose_it_is(client, address):
    asked: Any = SimpleNamespace(client=None if client is None else SimpleNamespace(host=client))
    assert address_of(asked) == address


# --- wrong tokens ---------------------------------------------------------------------------------------------------


async def test_wrong_tokens_are_refused_with_when_to_come_back_and_valid_ones_never(service, client, caplog):
    good = make_token(service, VIEWER)
    for _ in range(10):
        assert (await client.get("/v1/tasks", headers=bearer(WRONG))).status_code == 401
    for wrong in (bearer(WRONG), bearer("x"), {"Authorization": "Basic x"}, bearer(f"{good[:-1]}!")):
        reply = await client.get("/v1/tasks", headers=wrong)
        assert reply.status_code == 429
        assert 1 <= int(reply.headers["retry-after"]) <= 60
        assert (reply.json()["title"], reply.json()["field"]) == ("Too many wrong tokens", "Authorization")
    form = await client.post("/v1/session", data={"token": WRONG})
    assert (form.status_code, "within a minute" in form.text) == (429, True)
    assert "retry-after" in form.headers
    assert (await client.get("/v1/tasks", headers=bearer(good))).status_code == 200
    assert (await client.get("/v1/tasks")).status_code == 401, "no token is no wrong one"
    assert (await client.get("/v1/tasks", headers={"Cookie": f"apportion_session={WRONG}"})).status_code == 401
    assert (await client.post("/v1/session", data={"token": good})).status_code == 303
    said = [record.getMessage() for record in caplog.records if "wrong tokens" in record.getMessage()]
    assert said == ["more than 10 wrong tokens within a minute from 127.0.0.1"]


async def test_another_address_has_its_own_count(service):
    make_token(service, ADMIN)

    def from_address(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(build_app(service), client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8620", headers=bearer(WRONG))

    async with from_address("10.0.0.1") as one, from_address("10.0.0.2") as other:
        assert [(await one.get("/v1/tasks")).status_code for _ in range(11)] == [401] * 10 + [429]
        assert (await other.get("/v1/tasks")).status_code == 401


def test_clients_and_metrics_tell_it_from_a_full_queue(tmp_path):
    admin = token(tmp_path, "--role", "admin")
    process = Process(tmp_path, "--max-wrong-tokens", "1")
    try:
        with Client(process.url, WRONG, ClientConfig(patience=0)) as stranger:
            for status in (401, 429):
                with pytest.raises(NotAllowedError) as refused:
                    stranger.submit("t")
                assert refused.value.status == status
        metrics = httpx.get(f"{process.url}/metrics", headers=bearer(admin)).text
        assert 'apportion_refusals_total{reason="Too many wrong tokens",status="429"} 1.0' in metrics
        assert 'apportion_refusals_total{reason="The queue is full",status="429"} 0.0' in metrics
    finally:
        process.stop()


# --- requests -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def paced(tmp_path):
    async with Service(ServiceSettings(store=str(tmp_path / "tasks.db"), max_requests=5)) as opened:
        yield opened


async def test_who_asks_too_often_waits_for_his_turn_and_nobody_else_does(paced):
    flooding, calm = bearer(make_token(paced, CLIENT)), bearer(make_token(paced, CLIENT))
    transport = httpx.ASGITransport(build_app(paced))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8620") as client:
        flood = [asyncio.ensure_future(client.get("/v1/tasks", headers=flooding)) for _ in range(60)]
        await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
        assert (await client.get("/v1/tasks", headers=calm)).status_code == 200
        assert (await client.get("/healthz", headers=flooding)).status_code == 200
        assert not all(each.done() for each in flood), "the calm one did not stand behind them"
        replies = await asyncio.gather(*flood)
    answered = sum(reply.status_code == 200 for reply in replies)
    assert 10 <= answered < 60, "five at once, and those whose turn came within a second"
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert refused.json()["title"] == "Too many requests"
    assert int(refused.headers["retry-after"]) >= 1


def test_clients_are_slowed_down_and_lose_nothing(tmp_path):
    process = Process(tmp_path, "--max-requests", "25")
    try:
        with Client(process.url, config=ClientConfig(patience=20)) as client:
            began = monotonic_clock()
            tasks = [client.submit("t") for _ in range(50)]
            assert monotonic_clock() - began >= 0.9, "25 at once, and 25 more within a second"
            assert len({task.id for task in tasks}) == 50
    finally:
        process.stop()


def test_what_is_refused_for_being_too_often_is_asked_again():
    talk = Asking("url", ClientConfig(), Hands()).ask(Request("GET", "/"))
    next(talk)
    busy = Reply(429, b'{"title":"Too many requests","status":429,"detail":""}', retry_after=2)
    assert isinstance(talk.send(busy), Pause)
    next(talk)
    with pytest.raises(StopIteration) as end:
        talk.send(Reply(429, b'{"title":"Too many wrong tokens","status":429,"detail":""}', retry_after=2))
    assert end.value.value.status == 429


def test_without_patience_it_is_said(tmp_path):
    process = Process(tmp_path, "--max-requests", "0.1")
    try:
        with Client(process.url, config=ClientConfig(patience=0)) as client:
            client.ready()
            client.workers()
            with pytest.raises(ServiceUnavailableError, match=r"more requests than 0\.1 a second"):
                client.workers()
    finally:
        process.stop()
