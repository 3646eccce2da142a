"""Advice is carried out through the client: what nobody has started is moved, and each piece says what became of it."""

from __future__ import annotations

import httpx
import pytest

from apportion.client import AsyncClient


@pytest.fixture
def full(client, process):
    """Put ten tasks on one worker, who says that it has started the first two; another one is idle."""
    with httpx.Client(base_url=process.url) as worker:
        body = {"capabilities": [], "max_capacity": 10}
        worker.post("/v1/workers", json={"id": "full", **body})
        client.submit_many([{"task_type": "lint"}] * 10)
        held = worker.post("/v1/workers/full/claim", json={"max": 10}).json()["assignments"]
        started = [{"task_id": each["task_id"], "lease": each["lease"]} for each in held[:2]]
        worker.post("/v1/workers/full/heartbeat", json={"held": started})
        worker.post("/v1/workers", json={"id": "idle", **body})
        yield worker, {each["task_id"] for each in started}


def check(full, advised, done):
    worker, started = full
    moved = {each.task_id for each in done if each.applied}
    assert moved
    assert not moved & started
    assert moved <= {each.task_id for each in advised}
    assert all(each.applied or each.why for each in done)
    claimed = worker.post("/v1/workers/idle/claim", json={"max": 10}).json()["assignments"]
    assert {each["task_id"] for each in claimed} == moved


def test_blocking(client, full):
    advised = client.recommendations()
    check(full, advised, client.apply_recommendations())


async def test_awaited(process, full):
    async with AsyncClient(process.url) as client:
        advised = await client.recommendations()
        check(full, advised, await client.apply_recommendations())
