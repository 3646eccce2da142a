"""Tenants and retention as they are in use: a real service over plain HTTP, with settings of the command."""

from __future__ import annotations

from collections import Counter

import httpx

from apportion.model.token import CLIENT, WORKER
from tests.acceptance.waiting import until
from tests.service.conftest import Process
from tests.service.tokens import bearer, token_in


def test_a_flood_of_one_tenant_does_not_keep_another_waiting_nor_show_him_anything(tmp_path):
    store = tmp_path / "tasks.db"
    clients = {name: bearer(token_in(store, CLIENT, tenant=name)) for name in ("acme", "rival")}
    worker = bearer(token_in(store, WORKER))
    process = Process(tmp_path, "--tenant-weights", "acme=3")
    try:
        with httpx.Client(base_url=process.url, timeout=30) as http:
            flood = http.post("/v1/tasks", json=[{"task_type": "t"}] * 100, headers=clients["rival"]).json()["ids"]
            http.post("/v1/tasks", json=[{"task_type": "t"}] * 60, headers=clients["acme"])
            http.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 1}, headers=worker)
            started: list[str] = []
            for _ in range(24):
                claimed = http.post("/v1/workers/w/claim", json={"max": 1, "wait": 20}, headers=worker)
                (task,) = claimed.json()["assignments"]
                started.append(task["task_id"])
                body = {"worker_id": "w", "lease": task["lease"], "success": True, "duration": 1.0}
                done = http.post(f"/v1/tasks/{task['task_id']}/complete", json=body, headers=worker)
                assert done.status_code == 200
            whose = Counter("rival" if id in set(flood) else "acme" for id in started)
            assert 15 <= whose["acme"] <= 21, "three of four, since it weighs three times as much"
            shown = http.get("/v1/tasks", params={"limit": 1000}, headers=clients["acme"]).json()["items"]
            assert (len(shown), {task["tenant"] for task in shown}) == (60, {"acme"})
            assert http.get(f"/v1/tasks/{flood[0]}", headers=clients["acme"]).status_code == 404
            assert http.post("/v1/tasks/cancel", params={"task_type": "t"}, headers=clients["acme"]).status_code == 200
            assert http.get("/v1/tasks", params={"state": "queued"}, headers=clients["acme"]).json()["items"] == []
            left = http.get("/v1/tasks", params={"state": "queued", "limit": 1000}, headers=clients["rival"]).json()
            assert len(left["items"]) == 100 - whose["rival"]
    finally:
        process.stop()


def test_what_ended_is_deleted_in_time_and_its_key_is_free_again(tmp_path):
    process = Process(tmp_path)
    with httpx.Client(base_url=process.url, timeout=30) as http:
        ended = http.post("/v1/tasks", json={"task_type": "t", "idempotency_key": "k"}).json()["id"]
        waits = http.post("/v1/tasks", json={"task_type": "t"}).json()["id"]
        assert http.post(f"/v1/tasks/{ended}/cancel").status_code == 200
        assert http.post("/v1/tasks", json={"task_type": "other", "idempotency_key": "k"}).status_code == 409
    assert process.stop() == 0
    process = Process(tmp_path, "--keep-finished", "1e-9")
    try:
        with httpx.Client(base_url=process.url, timeout=30) as http:
            until(lambda: http.get(f"/v1/tasks/{ended}").status_code == 404)
            assert http.get(f"/v1/tasks/{waits}").json()["state"] == "queued", "it has not ended"
            assert http.post("/v1/tasks", json={"task_type": "other", "idempotency_key": "k"}).status_code == 201
    finally:
        process.stop()
