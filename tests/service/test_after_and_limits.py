"""Tasks that wait for others, and limits over all workers, through the API and over the end of a real service."""

from __future__ import annotations

import httpx
import pytest

from apportion.config import RuntimeConfig
from tests.service.conftest import Process


@pytest.fixture
def config() -> RuntimeConfig:
    return RuntimeConfig(retry_backoff=0.0, limits=["key:provider,concurrency=1", "task_type:slow,rate=0.5"])


async def claimed(client, most=9):
    body = {"capabilities": [], "max_capacity": 9, "id": "w"}
    assert (await client.post("/v1/workers", json=body)).status_code == 201
    reply = await client.post("/v1/workers/w/claim", json={"max": most})
    return reply.json()["assignments"]


async def test_what_a_task_waits_for_and_which_keys_it_names_are_shown(client):
    tasks = [
        {"task_type": "lint", "id": "b", "after": ["a"], "limit_keys": ["provider"]},
        {"task_type": "lint", "id": "a"},
    ]
    assert (await client.post("/v1/tasks", json=tasks)).status_code == 201
    shown = (await client.get("/v1/tasks/b")).json()
    assert (shown["after"], shown["limit_keys"], shown["state"]) == (["a"], ["provider"], "queued")
    assert (await client.get("/v1/tasks/b/explain")).json()["reason"] == "it waits for a to succeed"
    assert [each["task_id"] for each in await claimed(client)] == ["a"]


@pytest.mark.parametrize(
    ("tasks", "field", "says"),
    [
        ([{"task_type": "lint", "after": ["nobody"]}], "after", "no such task"),
        ([{"task_type": "lint"}, {"task_type": "lint", "after": ["nobody"]}], "[1].after", "no such task"),
        ([{"task_type": "lint", "after": ["others"]}], "after", "no such task"),
        ([{"task_type": "lint", "id": "a", "after": ["a"]}], "after", "in a circle"),
        (
            [{"task_type": "lint", "id": "a", "after": ["b"]}, {"task_type": "lint", "id": "b", "after": ["a"]}],
            "after",
            "'a', 'b' would wait for each other in a circle",
        ),
        ([{"task_type": "lint", "after": [""]}], "after[0]", ""),
        ([{"task_type": "lint", "limit_keys": ["k"] * 17}], "limit_keys", ""),
    ],
)
async def test_what_could_never_start_is_refused_and_nothing_of_its_list_is_taken(client, tasks, field, says):
    await client.post("/v1/tasks", json={"task_type": "lint", "id": "others", "tenant": "another"})
    reply = await client.post("/v1/tasks", json=tasks if len(tasks) > 1 else tasks[0])
    assert (reply.status_code, reply.json()["field"].removeprefix("[0].")) == (422, field)
    assert says in reply.json()["detail"]
    assert len((await client.get("/v1/tasks")).json()["items"]) == 1


async def test_a_limit_holds_and_explain_says_which_and_until_when(client):
    for id in ("a", "b"):
        body = {"task_type": "lint", "id": id, "limit_keys": ["provider"]}
        assert (await client.post("/v1/tasks", json=body)).status_code == 201
    await client.post("/v1/tasks", json={"task_type": "slow", "id": "c"})
    assert [each["task_id"] for each in await claimed(client)] == ["a"]
    reason = (await client.get("/v1/tasks/b/explain")).json()["reason"]
    assert reason == "limited by key 'provider': 1 of 1 run, free again when one of them ends"
    reason = (await client.get("/v1/tasks/c/explain")).json()["reason"]
    assert reason.startswith("limited by task type 'slow': 0.5 a second have started, free again in ")


def test_dependencies_and_limits_outlive_a_service_that_is_killed(tmp_path):
    options = ("--limits", "key:provider,concurrency=1", "--lease-seconds", "30")
    first = Process(tmp_path, *options)
    with httpx.Client(base_url=first.url) as client:
        tasks = [{"task_type": "lint", "id": id, "limit_keys": ["provider"]} for id in ("a", "b")]
        client.post("/v1/tasks", json=[*tasks, {"task_type": "lint", "id": "c", "after": ["a"]}]).raise_for_status()
        client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 9}).raise_for_status()
        (held,) = client.post("/v1/workers/w/claim", json={"max": 9}).json()["assignments"]
    first.kill()
    second = Process(tmp_path, *options)
    try:
        with httpx.Client(base_url=second.url) as client:
            assert client.post("/v1/workers/w/claim", json={"max": 9}).json()["assignments"] == []
            done = {"worker_id": "w", "lease": held["lease"], "success": True}
            client.post(f"/v1/tasks/{held['task_id']}/complete", json=done).raise_for_status()
            ids = {
                each["task_id"]
                for _ in range(2)
                for each in client.post("/v1/workers/w/claim", json={"max": 1, "wait": 20}).json()["assignments"]
            }
            assert ids == {"b", "c"}
    finally:
        second.stop()
