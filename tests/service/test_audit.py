"""What administrators do is written down, before it is done, and nobody changes it afterwards."""

from __future__ import annotations

import pytest

from apportion.errors import StoreError
from apportion.model.token import ADMIN, CLIENT, WORKER
from apportion.service.openapi import plain_path
from apportion.service.origin import SAFE
from apportion.service.routes import ROUTES
from tests.service.tokens import LIKE_A_TOKEN, bearer, make_token

ACTS = (
    ("POST", "/v1/workers/w/drain", None, "worker.drain", "w"),
    ("DELETE", "/v1/workers/w", None, "worker.remove", "w"),
    ("DELETE", "/v1/workers/nobody", None, "worker.remove", "nobody"),
    ("PUT", "/v1/strategy", {"name": "round-robin"}, "strategy.switch", '{"name":"round-robin"}'),
    ("PUT", "/v1/strategy", {"name": "nonsense"}, "strategy.switch", '{"name":"nonsense"}'),
    ("POST", "/v1/tasks/T/cancel", None, "task.cancel", "T"),
    ("POST", "/v1/tasks/T/retry", None, "task.retry", "T"),
    ("POST", "/v1/tasks/cancel", {"tenant": "a"}, "tasks.cancel", '"tenant":"a"'),
    ("POST", "/v1/tasks/retry", {"tenant": "a"}, "tasks.retry", '"tenant":"a"'),
)


@pytest.fixture
def admin(service):
    return make_token(service, ADMIN)


async def test_each_act_of_an_administrator_is_written_down_with_its_outcome(service, client, admin):
    headers = bearer(admin)
    await client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 1}, headers=headers)
    id = (await client.post("/v1/tasks", json={"task_type": "t"}, headers=headers)).json()["id"]
    for number, (method, path, body, name, target) in enumerate(ACTS, 1):
        reply = await client.request(method, path.replace("T", id), json=body, headers=headers)
        act = service.access.book.acts(1)[0]
        assert (act.number, act.name, act.outcome) == (number, name, reply.status_code)
        assert target.replace("T", id) in act.target
        assert (act.token, act.address) == (admin.split("_")[1], "127.0.0.1")
    everything = repr(service.access.book.acts(100))
    assert LIKE_A_TOKEN.search(everything) is None
    assert {act.outcome for act in service.access.book.acts(100)} >= {200, 404, 422}


def test_every_unsafe_call_that_is_not_a_workers_or_clients_own_is_for_the_log():
    """Generated: a new call of administrators has to be written down."""
    own = {"/v1/tasks", "/v1/tasks/wait", "/v1/workers", "/v1/explain", "/v1/session"}
    unlogged = {
        (route.method, plain_path(route.path))
        for route in ROUTES
        if route.method not in SAFE and not route.act and plain_path(route.path) not in own
    }
    assert {path.rsplit("/", 1)[1] for _, path in unlogged} <= {"heartbeat", "claim", "complete", "release"}


async def test_what_others_do_to_their_own_is_not(service, client, admin):
    client_headers = bearer(make_token(service, CLIENT))
    id = (await client.post("/v1/tasks", json={"task_type": "t"}, headers=client_headers)).json()["id"]
    await client.post(f"/v1/tasks/{id}/cancel", headers=client_headers)
    worker = bearer(make_token(service, WORKER, worker="w"))
    await client.post("/v1/workers", json={"capabilities": [], "max_capacity": 1}, headers=worker)
    await client.post("/v1/workers/w/drain", headers=worker)
    assert service.access.book.acts(100) == []


async def test_what_cannot_be_written_down_is_not_done(service, client, admin, monkeypatch):
    def full(act):
        raise StoreError("no room")

    before = (await client.get("/v1/strategy", headers=bearer(admin))).json()["name"]
    monkeypatch.setattr(service.access.book, "begin", full)
    reply = await client.put("/v1/strategy", json={"name": "round-robin"}, headers=bearer(admin))
    assert reply.status_code == 503
    assert (await client.get("/v1/strategy", headers=bearer(admin))).json()["name"] == before


async def test_an_open_service_writes_down_that_it_was_anybody(service, client):
    await client.put("/v1/strategy", json={"name": "round-robin"})
    (act,) = service.access.book.acts(9)
    assert (act.token, act.name, act.outcome) == (None, "strategy.switch", 200)
