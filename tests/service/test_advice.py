"""Advice is carried out as far as nothing that has started is moved."""

from __future__ import annotations


async def _register(client, id):
    body = {"id": id, "capabilities": [], "max_capacity": 10}
    assert (await client.post("/v1/workers", json=body)).status_code == 201


async def test_tasks_that_nobody_has_started_are_taken_back_and_go_elsewhere(client):
    await _register(client, "full")
    await client.post("/v1/tasks", json=[{"task_type": "lint"}] * 10)
    held = (await client.post("/v1/workers/full/claim", json={"max": 10})).json()["assignments"]
    named = [{"task_id": each["task_id"], "lease": each["lease"]} for each in held[:2]]
    await client.post("/v1/workers/full/heartbeat", json={"held": named})
    await _register(client, "idle")
    advice = (await client.get("/v1/recommendations")).json()["items"]
    assert any(each["task_id"] for each in advice)
    done = (await client.post("/v1/recommendations/apply")).json()["items"]
    moved = {each["task_id"] for each in done if each["applied"]}
    assert moved
    assert not moved & {each["task_id"] for each in named}, "what has started is not moved"
    assert all(each["applied"] or each["why"] for each in done)
    claimed = (await client.post("/v1/workers/idle/claim", json={"max": 10})).json()["assignments"]
    assert {each["task_id"] for each in claimed} == moved
    holds = [{"task_id": each["task_id"], "lease": each["lease"]} for each in held]
    told = (await client.post("/v1/workers/full/heartbeat", json={"held": holds})).json()
    assert set(told["taken_back"]) == moved


async def test_where_nothing_is_to_be_done_nothing_is_done(client):
    assert (await client.post("/v1/recommendations/apply")).json() == {"items": []}
