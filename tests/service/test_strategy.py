"""Who decides, over HTTP: weights over time, and strategies that decide beside the live one."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from apportion.config import RuntimeConfig
from apportion.errors import UnknownStrategyError
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings


@pytest.fixture
def config() -> RuntimeConfig:
    return RuntimeConfig(shadow=("least-loaded", "round-robin"), retry_backoff=0.0)


async def work(client: httpx.AsyncClient, tasks: int) -> None:
    """Let two workers take and finish so many tasks, one after the other."""
    for id in ("v", "w"):
        made = await client.post("/v1/workers", json={"id": id, "capabilities": [], "max_capacity": 4})
        assert made.status_code == 201
    await client.post("/v1/tasks", json=[{"task_type": "lint"} for _ in range(tasks)])
    done = 0
    while done < tasks:
        for id in ("v", "w"):
            claim = (await client.post(f"/v1/workers/{id}/claim", json={"max": 4, "wait": 0})).json()
            ended = [
                {"task_id": each["task_id"], "lease": each["lease"], "success": True, "duration": 1.0}
                for each in claim["assignments"]
            ]
            if ended:
                await client.post(f"/v1/workers/{id}/complete", json={"completions": ended})
            done += len(ended)


async def test_shadows_and_weights_are_shown(client: httpx.AsyncClient):
    await work(client, 60)
    shown = (await client.get("/v1/strategy")).json()
    assert [shadow["name"] for shadow in shown["shadows"]] == ["least-loaded", "round-robin"]
    for shadow in shown["shadows"]:
        assert shadow["decisions"] == 60
        assert 50 <= shadow["outcomes"] <= 60  # nothing was expected of the first
        assert 0 <= shadow["disagreement"] <= 1
        assert shadow["verdict"] in {"better", "worse", "even", "too-early"}
        assert shadow["problem"] is None
    assert shown["history"][0]["name"] == "adaptive"
    assert sum(shown["history"][0]["weights"].values()) == pytest.approx(1.0, abs=0.01)


async def test_a_switch_is_in_the_history(client: httpx.AsyncClient):
    await work(client, 4)
    switched = (await client.put("/v1/strategy", json={"name": "round-robin"})).json()
    assert [point["name"] for point in switched["history"]][-2:] == ["adaptive", "round-robin"], "at once"
    await work(client, 4)
    shown = (await client.get("/v1/strategy")).json()
    assert [point["name"] for point in shown["history"]][-2:] == ["adaptive", "round-robin"]


async def test_a_task_says_whom_shadows_wanted(client: httpx.AsyncClient):
    await work(client, 40)
    tasks = (await client.get("/v1/tasks?limit=100")).json()["items"]
    decisions = [(await client.get(f"/v1/tasks/{task['id']}/explain")).json()["decision"] for task in tasks]
    assert all(decision["probability"] is None or 0 < decision["probability"] <= 1 for decision in decisions)
    different = (await client.get("/v1/strategy")).json()["shadows"][0]["latest"]
    told = {task["id"]: decision.get("shadows", {}) for task, decision in zip(tasks, decisions, strict=True)}
    for each in different:
        assert told[each["task_id"]]["least-loaded"] == each["shadow"]


async def test_an_unknown_shadow_is_refused(tmp_path: Path):
    settings = ServiceSettings(store=str(tmp_path / "a.db"), runtime=RuntimeConfig(shadow=("adaptiv",)))
    with pytest.raises(UnknownStrategyError, match="adaptiv"):
        Service(settings)
