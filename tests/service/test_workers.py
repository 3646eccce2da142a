"""Remote workers through the API: leases fence every verb, long polls answer at once, incarnations tell lives apart."""

from __future__ import annotations

import asyncio

import pytest

from apportion.errors import UnknownWorkerError


async def register(client, id="w", capacity=5, **fields):
    body = {"id": id, "capabilities": [], "max_capacity": capacity, **fields}
    reply = await client.post("/v1/workers", json=body)
    assert reply.status_code == 201, reply.text
    return reply.json()


async def submit(client, number=1):
    reply = await client.post("/v1/tasks", json=[{"task_type": "lint", "payload": each} for each in range(number)])
    return reply.json()["ids"]


async def claim(client, id="w", **fields):
    reply = await client.post(f"/v1/workers/{id}/claim", json={"max": 100, **fields})
    assert reply.status_code == 200, reply.text
    return reply.json()["assignments"]


async def complete(client, task, worker="w", **fields):
    body = {"worker_id": worker, "lease": task["lease"], "success": True, **fields}
    return await client.post(f"/v1/tasks/{task['task_id']}/complete", json=body)


async def test_a_task_goes_to_a_worker_that_asks_and_its_result_is_kept(client):
    told = await register(client)
    assert (told["heartbeat_interval"], told["lease_seconds"]) == (5.0, 15.0)
    (id,) = await submit(client)
    (task,) = await claim(client)
    assert (task["task_id"], task["payload"], task["attempt"], task["lease"]) == (id, 0, 1, 1)
    assert (await complete(client, task, result={"ok": True}, duration=0.5)).status_code == 200
    shown = (await client.get(f"/v1/tasks/{id}")).json()
    assert (shown["state"], shown["result"], shown["assigned_worker"]) == ("succeeded", {"ok": True}, "w")


async def test_a_long_poll_is_answered_as_soon_as_there_is_work(service, client):
    await register(client)
    waiting = asyncio.ensure_future(claim(client, wait=50))
    while service.distributor.member("w").claim is None:
        await client.get("/readyz")
    (id,) = await submit(client)
    assert [task["task_id"] for task in await waiting] == [id]


async def test_an_empty_list_at_the_end_of_the_wait_or_while_it_drains(client):
    await register(client)
    assert await claim(client) == []
    assert await claim(client, wait=0.05) == []
    waiting = asyncio.ensure_future(claim(client, wait=50))
    await client.post("/v1/workers/w/drain")
    assert await waiting == []
    assert await claim(client, wait=50) == []
    assert (await client.post("/v1/workers/w/heartbeat", json={})).json()["draining"] is True


async def test_many_completions_have_a_status_each(client):
    await register(client)
    await submit(client, 3)
    one, two, three = await claim(client)
    endings = [
        {"task_id": one["task_id"], "lease": 1, "success": True, "result": 1},
        {"task_id": two["task_id"], "lease": 7, "success": True},
        {"task_id": "nobody", "lease": 1, "success": True},
        {"task_id": three["task_id"], "lease": 1, "success": True, "result": "x" * 256 * 1024},
    ]
    reply = await client.post("/v1/workers/w/complete", json={"completions": endings})
    assert [each["status"] for each in reply.json()["completions"]] == [200, 409, 404, 413]
    assert (await client.post("/v1/workers/w/complete", json={"completions": []})).status_code == 422
    nobody = await client.post("/v1/workers/nobody/complete", json={"completions": endings})
    assert nobody.status_code == 404


async def test_exactly_one_completion_wins_and_the_others_are_told_which(client):
    await register(client)
    await submit(client)
    (task,) = await claim(client)
    replies = await asyncio.gather(*(complete(client, task, result=number) for number in range(8)))
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * 7
    lost = next(reply.json() for reply in replies if reply.status_code == 409)
    assert (lost["state"], lost["lease"]) == ("succeeded", 1)
    assert "is succeeded, under lease 1 of worker 'w'" in lost["detail"]


async def test_a_stale_lease_is_refused_by_every_verb_and_changes_nothing(client):
    await register(client)
    (id,) = await submit(client)
    (old,) = await claim(client)
    assert (await client.post(f"/v1/tasks/{id}/release", json={"worker_id": "w", "lease": 1})).status_code == 200
    (new,) = await claim(client)
    assert (new["lease"], new["attempt"]) == (2, 2)
    before = (await client.get(f"/v1/tasks/{id}")).json()
    assert (await complete(client, old)).status_code == 409
    assert (await complete(client, new, worker="another")).status_code == 409
    assert (await client.post(f"/v1/tasks/{id}/release", json={"worker_id": "w", "lease": 1})).status_code == 409
    held = {"held": [{"task_id": id, "lease": 1}]}
    assert (await client.post("/v1/workers/w/heartbeat", json=held)).json()["taken_back"] == [id]
    assert (await client.get(f"/v1/tasks/{id}")).json() == before
    assert (await complete(client, new)).status_code == 200


async def test_a_worker_that_registers_anew_neither_inherits_nor_keeps_alive(client):
    first = await register(client)
    await submit(client)
    (old,) = await claim(client)
    second = await register(client)
    assert second["incarnation"] > first["incarnation"]
    assert (await complete(client, old)).status_code == 409
    stale = {"incarnation": first["incarnation"]}
    assert (await client.post("/v1/workers/w/heartbeat", json=stale)).status_code == 404
    assert (await client.post("/v1/workers/w/claim", json=stale)).status_code == 404
    (new,) = await claim(client, incarnation=second["incarnation"])
    assert new["lease"] == 2


async def test_failures_retry_false_and_busy(client):
    await register(client)
    (id,) = await submit(client)
    (task,) = await claim(client)
    await complete(client, task, success=False, error="no luck")
    (task,) = await claim(client, wait=20)
    await complete(client, task, success=False, busy_for=0.01)
    (task,) = await claim(client, wait=20)
    assert task["attempt"] == 3
    await complete(client, task, success=False, error="never", retry=False)
    shown = (await client.get(f"/v1/tasks/{id}")).json()
    assert (shown["state"], shown["error"]) == ("failed", "never")


async def test_a_heartbeat_tells_of_cancelled_tasks(client):
    await register(client)
    (id,) = await submit(client)
    await claim(client)
    await client.post(f"/v1/tasks/{id}/cancel")
    told = (await client.post("/v1/workers/w/heartbeat", json={"held": [{"task_id": id, "lease": 1}]})).json()
    assert told == {"cancelled": [id], "taken_back": [], "draining": False}


async def test_workers_are_listed_removed_and_unknown(client):
    await register(client, "a", labels={"zone": "eu"}, task_types=["lint"], kind="big", region="x")
    anonymous = (await client.post("/v1/workers", json={"capabilities": ["x"], "max_capacity": 1})).json()["id"]
    listed = (await client.get("/v1/workers")).json()["items"]
    assert {worker["id"] for worker in listed} == {"a", anonymous}
    assert listed[0]["labels"] == {"zone": "eu"}
    assert (await client.delete("/v1/workers/a")).status_code == 200
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/drain")):
        assert (await client.request(method, f"/v1/workers/a{path}")).status_code == 404
    for verb in ("claim", "heartbeat"):
        assert (await client.post(f"/v1/workers/a/{verb}", json={})).status_code == 404
    assert (await client.post("/v1/workers/x/claim", json={"max": 1001})).status_code == 422


async def test_who_hangs_up_is_given_nothing(service, client):
    await register(client)
    number, answer = service.distributor.claim("w", None, 5, 60.0)
    answer.cancel()
    service.distributor.withdraw("w", number)
    (id,) = await submit(client)
    assert (await client.get(f"/v1/tasks/{id}")).json()["state"] == "queued"
    with pytest.raises(UnknownWorkerError):
        await service.distributor.claim("nobody", None, 5, 60.0)[1]


async def test_what_was_assigned_while_the_caller_hung_up_is_handed_back(service, client):
    await register(client)
    _number, answer = service.distributor.claim("w", None, 5, 60.0)
    answer.cancel()
    (id,) = await submit(client)
    (task,) = await claim(client, wait=20)
    assert (task["task_id"], task["lease"]) == (id, 2)
