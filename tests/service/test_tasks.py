"""Tasks through the API: taken, refused with the field that is wrong, found again, waited for."""

from __future__ import annotations

import asyncio
import json

import pytest


async def submit(client, **fields):
    reply = await client.post("/v1/tasks", json={"task_type": "lint", **fields})
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


async def test_a_task_is_taken_and_shown_with_all_its_names(client):
    requirements = {"capabilities": ["python"], "complexity": 3, "priority": 8}
    id = await submit(client, payload={"a": [1, 2]}, requirements=requirements, tenant="acme", timeout=7)
    task = (await client.get(f"/v1/tasks/{id}")).json()
    assert task["payload"] == {"a": [1, 2]}
    assert task["requirements"]["capabilities"] == ["python"]
    names = {"state", "attempt", "assigned_worker", "created_at", "assigned_at", "finished_at", "result", "error"}
    names |= {"decision", "tenant", "idempotency_key", "max_attempts", "timeout", "not_before", "schedule_timeout"}
    assert names <= task.keys()
    assert (task["state"], task["tenant"], task["timeout"]) == ("queued", "acme", 7)


async def test_a_list_is_taken_as_a_whole_or_not_at_all(client):
    good = {"task_type": "lint"}
    reply = await client.post("/v1/tasks", json=[good, good])
    assert (reply.status_code, len(reply.json()["ids"])) == (201, 2)
    reply = await client.post("/v1/tasks", json=[good, {"task_type": ""}])
    assert (reply.status_code, reply.json()["field"]) == (422, "[1].task_type")
    await submit(client, id="taken")
    reply = await client.post("/v1/tasks", json=[good, {"task_type": "lint", "id": "taken"}])
    assert reply.status_code == 409
    assert len((await client.get("/v1/tasks")).json()["items"]) == 3


async def test_above_the_limit_of_the_queue_a_list_is_refused_whole_and_says_when_to_come_back(client):
    many = [{"task_type": "lint"}] * 51
    reply = await client.post("/v1/tasks", json=many)
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
    assert reply.headers["content-type"] == "application/problem+json"
    assert (await client.post("/v1/tasks", json=many[:50])).status_code == 201
    assert (await client.post("/v1/tasks", json=many[0])).status_code == 429


async def test_a_key_is_one_task(client):
    id = await submit(client, idempotency_key="k", payload=1)
    again = await client.post("/v1/tasks", json={"task_type": "lint", "idempotency_key": "k", "payload": 1})
    assert (again.status_code, again.json()["id"]) == (200, id)
    other = await client.post("/v1/tasks", json={"task_type": "lint", "idempotency_key": "k", "payload": 2})
    assert other.status_code == 409
    await submit(client, idempotency_key="k", payload=2, tenant="another")
    both = [{"task_type": "lint", "idempotency_key": key, "payload": 1} for key in ("k", "new", "new")]
    ids = (await client.post("/v1/tasks", json=both)).json()["ids"]
    assert ids[0] == id
    assert ids[1] == ids[2]


async def test_one_key_sent_many_times_at_once_is_one_task(client):
    body = {"task_type": "lint", "idempotency_key": "k"}
    replies = await asyncio.gather(*(client.post("/v1/tasks", json=body) for _ in range(20)))
    assert sorted(reply.status_code for reply in replies) == [200] * 19 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "task_type"),
        ({"task_type": 7}, "task_type"),
        ({"task_type": "x" * 256}, "task_type"),
        ({"task_type": ""}, "task_type"),
        ({"task_type": "t", "colour": 1}, "colour"),
        ({"task_type": "t", "requirements": {"complexity": 0}}, "requirements.complexity"),
        ({"task_type": "t", "requirements": {"complexity": "much"}}, "requirements.complexity"),
        ({"task_type": "t", "requirements": {"gpus": 1}}, "requirements.gpus"),
        ({"task_type": "t", "requirements": {"capabilities": ["x" * 256]}}, "requirements.capabilities[0]"),
        ({"task_type": "t", "tenant": "x" * 256}, "tenant"),
        ({"task_type": "t", "max_attempts": 0}, "max_attempts"),
        ({"task_type": "t", "timeout": -1}, "timeout"),
        ({"task_type": "t", "delay": None}, "delay"),
        ([], "body"),
        ("text", "body"),
        (None, "body"),
    ],
)
async def test_a_wrong_field_is_named(client, body, field):
    reply = await client.post("/v1/tasks", content=json.dumps(body))
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.json()["field"] == field


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 5000, b'{"task_type":"\\ud800"}', b"NaN"])
async def test_what_is_no_json_is_refused(client, content):
    assert (await client.post("/v1/tasks", content=content)).status_code == 422


async def test_sizes_are_limited(client):
    name = "x" * 255
    assert await submit(client, id=name) == name
    assert (await client.get(f"/v1/tasks/{name}")).status_code == 200
    fits, too_much = "x" * (256 * 1024 - 2), "x" * (256 * 1024 - 1)
    await submit(client, payload=fits)
    reply = await client.post("/v1/tasks", json={"task_type": "t", "payload": too_much})
    assert (reply.status_code, reply.json()["field"]) == (413, "payload")
    assert (await client.post("/v1/tasks", content=b" " * (1024 * 1024 + 1))).status_code == 413
    several = [{"task_type": "t", "payload": fits}] * 5
    assert (await client.post("/v1/tasks", json=several)).status_code == 201
    assert (await client.post("/v1/tasks", content=b"[" + b" " * 16 * 1024 * 1024 + b"]")).status_code == 413


async def test_a_body_that_does_not_say_its_size_is_limited_too(client):
    read = 0

    async def pieces():
        nonlocal read
        for _ in range(1000):
            read += 64 * 1024
            yield b" " * 64 * 1024

    assert (await client.post("/v1/tasks", content=pieces())).status_code == 413
    assert read < 2 * 1024 * 1024 + 64 * 1024 * 20


async def test_the_list_goes_page_by_page_and_by_filters(client):
    ids = [await submit(client, tenant="acme" if number % 2 else "other") for number in range(7)]
    found, cursor = [], None
    while True:
        parameters = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/tasks", params=parameters)).json()
        found += [task["id"] for task in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == sorted(ids)
    acme = (await client.get("/v1/tasks", params={"tenant": "acme", "state": "queued"})).json()["items"]
    assert len(acme) == 3
    for wrong in ({"limit": 0}, {"limit": "many"}, {"state": "lost"}, {"colour": "red"}):
        assert (await client.get("/v1/tasks", params=wrong)).status_code == 422


async def test_waiting_ends_with_the_task_or_the_time(client):
    id = await submit(client)
    assert (await client.get(f"/v1/tasks/{id}/wait", params={"timeout": 0})).status_code == 202
    waiting = asyncio.ensure_future(client.get(f"/v1/tasks/{id}/wait", params={"timeout": 50}))
    cancelled = await client.post(f"/v1/tasks/{id}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    reply = await waiting
    assert (reply.status_code, reply.json()["state"]) == (200, "cancelled")
    assert (await client.get("/v1/tasks/nobody/wait")).status_code == 404


async def test_cancel_and_retry_one_and_many(client):
    id = await submit(client)
    assert (await client.post(f"/v1/tasks/{id}/retry")).status_code == 409
    assert (await client.post(f"/v1/tasks/{id}/cancel")).json()["state"] == "cancelled"
    assert (await client.post(f"/v1/tasks/{id}/cancel")).status_code == 409
    assert (await client.post(f"/v1/tasks/{id}/retry")).json()["state"] == "queued"
    for _ in range(3):
        await submit(client, tenant="acme")
    assert (await client.post("/v1/tasks/cancel", json={"tenant": "acme"})).json() == {"changed": 3}
    assert (await client.post("/v1/tasks/retry", json={"state": "cancelled"})).json() == {"changed": 3}
    for verb in ("cancel", "retry"):
        assert (await client.post(f"/v1/tasks/nobody/{verb}")).status_code == 404


async def test_tasks_are_chosen_in_the_address_or_the_body_and_never_all_by_accident(client):
    for tenant in ("acme", "acme", "rival"):
        await submit(client, tenant=tenant)
    reply = await client.post("/v1/tasks/cancel")
    assert (reply.status_code, reply.json()["field"]) == (422, "body")
    assert "{} means all" in reply.json()["remedy"]
    reply = await client.post("/v1/tasks/cancel", params={"tenant": "acme"}, json={"tenant": "rival"})
    assert (reply.status_code, reply.json()["field"]) == (422, "tenant")
    assert (await client.post("/v1/tasks/cancel", params={"color": "red"})).status_code == 422
    assert (await client.post("/v1/tasks/cancel", params={"tenant": "acme"})).json() == {"changed": 2}
    reply = await client.post("/v1/tasks/retry", params={"state": "cancelled"}, json={"tenant": "acme"})
    assert reply.json() == {"changed": 2}
    assert (await client.post("/v1/tasks/cancel", json={})).json() == {"changed": 3}


@pytest.mark.parametrize(
    ("sent", "field", "meant"),
    [
        ({"task_typ": "t"}, "task_typ", "task_type"),
        ([{"task_type": "t"}, {"task_type": "t", "tennant": "a"}], "[1].tennant", "tenant"),
        ({"task_type": "t", "requirements": {"capabilites": []}}, "requirements.capabilites", "capabilities"),
        (
            {"task_type": "t", "requirements": {"constraints": [{"lable": "x"}]}},
            "requirements.constraints[0].lable",
            "label",
        ),
    ],
)
async def test_a_misspelled_field_is_named_with_the_one_that_was_meant(client, sent, field, meant):
    reply = await client.post("/v1/tasks", json=sent)
    assert (reply.status_code, reply.json()["field"]) == (422, field)
    assert f"did you mean {meant!r}?" in reply.json()["detail"]


async def test_a_misspelled_filter_is_named_with_the_one_that_was_meant(client):
    reply = await client.get("/v1/tasks", params={"task_typ": "t"})
    assert "did you mean 'task_type'?" in reply.json()["detail"]


async def test_explain_says_what_is_lacking(client):
    id = await submit(client, requirements={"capabilities": ["gpu"]})
    await client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 2})
    why = (await client.get(f"/v1/tasks/{id}/explain")).json()
    assert why["now"]["outcome"] == "impossible"
    assert why["now"]["rejected"] == {"missing-capability": ["w"]}
    dry = await client.post("/v1/explain", json={"complexity": 4})
    assert dry.json()["rejected"] == {"insufficient-capacity": ["w"]}
    assert (await client.post("/v1/explain", json={"complexity": 1})).json()["worker"]["id"] == "w"
    assert (await client.post("/v1/explain", json={"payload": 1})).status_code == 422
