"""A client's token is for the tasks of one tenant: of others' tasks it can see, change and learn nothing."""

from __future__ import annotations

import asyncio

import pytest

from apportion.model.token import ADMIN, CLIENT
from tests.service.tokens import bearer, make_token


@pytest.fixture
def acme(service):
    return bearer(make_token(service, CLIENT, tenant="acme"))


@pytest.fixture
def admin(service, acme):
    return bearer(make_token(service, ADMIN))


@pytest.fixture
async def others(client, admin):
    """A task of another tenant."""
    task = {"task_type": "t", "tenant": "rival", "idempotency_key": "k"}
    return (await client.post("/v1/tasks", json=task, headers=admin)).json()["id"]


async def test_its_tenant_is_the_default_of_what_it_submits(client, acme, admin):
    one = (await client.post("/v1/tasks", json={"task_type": "t"}, headers=acme)).json()["id"]
    named = (await client.post("/v1/tasks", json={"task_type": "t", "tenant": "acme"}, headers=acme)).json()["id"]
    for id in (one, named):
        assert (await client.get(f"/v1/tasks/{id}", headers=admin)).json()["tenant"] == "acme"


async def test_without_a_tenant_it_is_for_the_default_one(service, client, admin, others):
    plain = bearer(make_token(service, CLIENT))
    id = (await client.post("/v1/tasks", json={"task_type": "t"}, headers=plain)).json()["id"]
    assert (await client.get(f"/v1/tasks/{id}", headers=plain)).json()["tenant"] == "default"
    assert (await client.get(f"/v1/tasks/{others}", headers=plain)).status_code == 404


async def test_it_submits_for_no_other(client, acme, admin):
    tasks = [{"task_type": "t"}, {"task_type": "t", "tenant": "rival"}]
    for body in (tasks, tasks[1]):
        refused = await client.post("/v1/tasks", json=body, headers=acme)
        assert (refused.status_code, refused.json()["field"]) == (403, "tenant")
    assert (await client.get("/v1/tasks", headers=admin)).json()["items"] == [], "nothing of the list was taken"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/tasks/{id}"),
        ("GET", "/v1/tasks/{id}/wait?timeout=0"),
        ("GET", "/v1/tasks/{id}/explain"),
        ("GET", "/v1/tasks/{id}/history"),
        ("POST", "/v1/tasks/{id}/cancel"),
        ("POST", "/v1/tasks/{id}/retry"),
    ],
)
async def test_another_tenants_task_is_not_there(client, acme, admin, others, method, path):
    real = await client.request(method, path.replace("{id}", others), headers=acme)
    none = await client.request(method, path.replace("{id}", "nothing"), headers=acme)
    assert real.status_code == none.status_code == 404
    assert real.json() == {**none.json(), "detail": none.json()["detail"].replace("nothing", others)}
    assert (await client.get(f"/v1/tasks/{others}", headers=admin)).json()["state"] == "queued"


async def test_it_waits_for_no_others(client, acme, others):
    own = (await client.post("/v1/tasks", json={"task_type": "t"}, headers=acme)).json()["id"]
    both = await client.post("/v1/tasks/wait", json={"ids": [own, others], "timeout": 0}, headers=acme)
    assert both.status_code == 404
    alone = await client.post("/v1/tasks/wait", json={"ids": [own], "timeout": 0}, headers=acme)
    assert alone.json()["open"] == [own]


async def test_lists_and_bulk_calls_are_its_tenants(client, acme, admin, others):
    own = (await client.post("/v1/tasks", json=[{"task_type": "t"}] * 3, headers=acme)).json()["ids"]
    items = (await client.get("/v1/tasks", params={"limit": 2}, headers=acme)).json()
    rest = (await client.get("/v1/tasks", params={"cursor": items["next_cursor"]}, headers=acme)).json()
    assert sorted(task["id"] for task in items["items"] + rest["items"]) == sorted(own)
    for path, body in (("/v1/tasks/cancel", {}), ("/v1/tasks/retry", {}), ("/v1/tasks/cancel", {"task_type": "t"})):
        assert (await client.post(path, json=body, headers=acme)).status_code == 200
        assert (await client.get(f"/v1/tasks/{others}", headers=admin)).json()["state"] == "queued"
    for call in (
        client.get("/v1/tasks", params={"tenant": "rival"}, headers=acme),
        client.post("/v1/tasks/cancel", json={"tenant": "rival"}, headers=acme),
        client.post("/v1/tasks/retry", json={"tenant": "rival"}, headers=acme),
    ):
        assert (await call).status_code == 403
    assert (await client.get("/v1/tasks", params={"tenant": "acme"}, headers=acme)).status_code == 200


async def test_a_key_of_another_tenant_is_free(client, acme, admin, others):
    task = {"task_type": "other", "idempotency_key": "k"}
    assert (await client.post("/v1/tasks", json=task, headers=acme)).status_code == 201


async def test_events_are_its_tenants(service, client, acme, admin):
    await client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 9}, headers=admin)
    await client.post("/v1/tasks", json=[{"task_type": "t", "tenant": "rival"}] * 3, headers=admin)
    own = (await client.post("/v1/tasks", json={"task_type": "t"}, headers=acme)).json()["id"]
    said, _ = service.events.read(1, "acme")
    assert own.encode() in said
    assert b"rival" not in said
    assert b'"worker_id":"w"' not in said
    everything, _ = service.events.read(1)
    assert b"rival" in everything


async def test_the_stream_asks_for_its_tenant_alone(service, client, acme, admin, monkeypatch):
    asked = asyncio.get_running_loop().create_future()
    read = service.events.read

    def noted(number, tenant=None):
        if not asked.done():
            asked.set_result(tenant)
            service.events.close()
        return read(number, tenant)

    monkeypatch.setattr(service.events, "read", noted)
    streaming = asyncio.create_task(
        client.get("/v1/events", headers={**acme, "Last-Event-ID": service.events._name + "-0"})
    )
    await client.post("/v1/tasks", json={"task_type": "t", "tenant": "rival"}, headers=admin)
    assert await asked == "acme"
    assert "rival" not in (await streaming).text
