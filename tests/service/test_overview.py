"""What is shown at a glance agrees with what happened."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
import msgspec
import pytest

from apportion.clock import wall_clock
from apportion.model.lifecycle import TaskState
from apportion.ports import ForgetNotes, Note
from apportion.runtime.crew import Member
from apportion.service.overview.bucket import Bucket, quantile, size_of
from apportion.service.overview.failing import RecentOutcomes
from apportion.service.overview.live import Live
from apportion.service.overview.past import last_lines
from apportion.service.overview.series import KEPT, STEP, Series
from apportion.service.service import Service
from apportion.stores.memory import MemoryStore


async def worker(client: httpx.AsyncClient, name: str, *capabilities: str, **more: Any) -> None:
    body = {"id": name, "capabilities": list(capabilities), "max_capacity": 2, **more}
    assert (await client.post("/v1/workers", json=body)).status_code == 201


async def submit(client: httpx.AsyncClient, number: int, task_type: str = "lint", **more: Any) -> list[str]:
    answer = await client.post("/v1/tasks", json=[{"task_type": task_type, **more}] * number)
    assert answer.status_code == 201
    ids: list[str] = answer.json()["ids"]
    return ids


async def claim(client: httpx.AsyncClient, name: str, most: int = 1) -> list[dict[str, Any]]:
    answer = await client.post(f"/v1/workers/{name}/claim", json={"max": most, "wait": 5})
    claimed: list[dict[str, Any]] = answer.json()["assignments"]
    return claimed


async def complete(client: httpx.AsyncClient, name: str, task: dict[str, Any], **ending: Any) -> None:
    body = {"worker_id": name, "lease": task["lease"], "success": True, "duration": 0.1, **ending}
    assert (await client.post(f"/v1/tasks/{task['task_id']}/complete", json=body)).status_code == 200


async def overview(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/overview", params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def kinds(shown: dict[str, Any]) -> list[str]:
    return [problem["kind"] for problem in shown["problems"]]


async def test_it_counts_what_waits_runs_and_ended(client: httpx.AsyncClient):
    await worker(client, "quick")
    await submit(client, 3, tenant="web")
    await submit(client, 2, "train", tenant="lab", requirements={"capabilities": ["gpu"]})
    for task in await claim(client, "quick", 2):
        await complete(client, "quick", task)
    await claim(client, "quick")
    shown = await overview(client)
    assert shown["queue"]["waiting"] == 2
    assert shown["queue"]["held"] == 1
    assert shown["queue"]["by_type"] == [
        {"name": "train", "waiting": 2, "held": 0},
        {"name": "lint", "waiting": 0, "held": 1},
    ]
    assert [each["name"] for each in shown["queue"]["by_tenant"]] == ["lab", "web"]
    assert shown["tasks"]["succeeded"] == 2
    assert shown["fleet"]["by_status"]["busy"] == 1
    assert sum(shown["fleet"]["loads"]) == shown["fleet"]["total"] == 1
    assert sum(shown["series"]["submitted"]) == 5
    assert sum(shown["series"]["succeeded"]) == 2
    assert [each["worker_id"] for each in shown["decisions"]] == ["quick"] * 3


async def test_a_restart_goes_on_counting_from_the_store(client: httpx.AsyncClient, service: Service):
    await submit(client, 4, requirements={"capabilities": ["gpu"]})
    await service.__aexit__(None, None, None)
    async with Service(service.settings) as again:
        shares = again.board.watch.breakdown.by_type(9)
        assert [(each.name, each.waiting) for each in shares] == [("lint", 4)]


async def test_a_restart_shows_what_the_record_of_decisions_knows(client: httpx.AsyncClient, service: Service):
    await worker(client, "quick")
    await submit(client, 5, tenant="web")
    await submit(client, 1, max_attempts=2)
    for task, success in zip(await claim(client, "quick", 2), (False, True), strict=True):
        await complete(client, "quick", task, success=success)
    await complete(client, "quick", (await claim(client, "quick", 2))[0])
    before = (await client.get("/v1/decisions")).json()["items"]
    weights = (await client.get("/v1/strategy")).json()["history"]
    await service.__aexit__(None, None, None)
    async with Service(service.settings) as again:
        after = [msgspec.to_builtins(each) for each in again.board.watch.decisions(10)]
        assert sorted(after, key=str) == sorted(before, key=str)
        series = again.board.watch.series.since(0, wall_clock())
        assert (sum(series.started), sum(series.succeeded), sum(series.failed) + sum(series.repeated)) == (4, 2, 1)
        assert sum(series.submitted) == 3, "those of which an attempt has ended"
        assert any(wait is not None for wait in series.wait_p95)
        assert series.waiting[0] is None, "how many waited then was not written down"
        assert weights[0]["name"] == again.board.watch.weights[0].name == "adaptive"


def test_the_newest_lines_of_a_record_are_found_wherever_it_begins():
    store = MemoryStore()
    for number in range(1, 24):
        store.commit([Note(float(number), {"number": number})])
        assert [line["number"] for line in last_lines(store, 5)] == list(range(max(1, number - 4), number + 1))
    store.commit([ForgetNotes(20.0)])
    assert [line["number"] for line in last_lines(store, 5)] == [20, 21, 22, 23]
    assert list(last_lines(MemoryStore(), 5)) == []


def test_what_the_clock_has_yet_to_reach_is_left_out():
    series = Series()
    series.go_on([Bucket(2, None, None), Bucket(900, None, None)], now=40.0)
    series.level(40.0, 7, 1, 0)
    assert series.since(0.0, 40.0).at[-1] == 40
    assert series.levels(40.0, 40.0) == [7]


async def test_names_of_which_there_are_no_tasks_any_more_are_forgotten(client: httpx.AsyncClient):
    (task,) = await submit(client, 1, "once")
    await client.post(f"/v1/tasks/{task}/cancel")
    assert (await overview(client))["queue"]["by_type"] == []


async def test_tasks_without_workers_are_critical(client: httpx.AsyncClient):
    assert kinds(await overview(client)) == []
    await submit(client, 1)
    shown = await overview(client)
    assert kinds(shown) == ["no-workers"]
    assert shown["problems"][0]["severity"] == "critical"


async def test_what_nobody_can_take_is_named_with_its_reason_and_a_way_out(client: httpx.AsyncClient, service: Service):
    await worker(client, "quick", "python")
    (task, _) = await submit(client, 2, "sculpt", requirements={"capabilities": ["blender"]})
    later = (await overview(client))["at"] + 60
    service.board.watch.stuck.look(service.distributor, later)
    (problem,) = (await overview(client))["problems"]
    assert problem["kind"] == "impossible"
    assert "lacks 'blender'" in problem["detail"]
    assert problem["see"] == f"/v1/tasks/{task}"
    (action,) = problem["actions"]
    answer = await client.request(action["method"], action["path"], json=action["body"])
    assert answer.json() == {"changed": 2}
    assert kinds(await overview(client)) == []


async def test_a_new_worker_is_looked_at_anew(client: httpx.AsyncClient, service: Service):
    await worker(client, "quick", "python")
    await submit(client, 1, requirements={"capabilities": ["blender"]})
    later = (await overview(client))["at"] + 60
    service.board.watch.stuck.look(service.distributor, later)
    assert kinds(await overview(client)) == ["impossible"]
    await worker(client, "artist", "blender")
    assert kinds(await overview(client)) == []


async def test_a_failing_type_and_its_way_out(client: httpx.AsyncClient):
    await worker(client, "quick")
    await submit(client, 6, max_attempts=1)
    for _ in range(6):
        (task,) = await claim(client, "quick")
        await complete(client, "quick", task, success=False, error="no route to host", retry=False)
    problems = {problem["kind"]: problem for problem in (await overview(client))["problems"]}
    assert problems["failing-type"]["severity"] == "critical"
    assert "no route to host" in problems["failing-type"]["detail"]
    assert problems["failing-worker"]["actions"][0]["path"] == "/v1/workers/quick/drain"
    assert problems["dead-letters"]["see"] == "/v1/tasks?state=failed"
    retry = problems["failing-type"]["actions"][0]
    answer = await client.request(retry["method"], retry["path"], json=retry["body"])
    assert answer.json() == {"changed": 6}


async def test_refused_submits_are_critical(client: httpx.AsyncClient, service: Service):
    await submit(client, 50, requirements={"capabilities": ["gpu"]})
    refused = await client.post("/v1/tasks", json={"task_type": "lint"})
    assert refused.status_code == 429
    service.board._look(service.distributor)
    (problem, *_) = [each for each in (await overview(client))["problems"] if each["kind"] == "refused"]
    assert problem["severity"] == "critical"
    assert problem["title"].startswith("1 submits refused")


async def test_draining_and_resting_workers_are_named(client: httpx.AsyncClient):
    await worker(client, "leaving")
    await client.post("/v1/workers/leaving/drain")
    shown = await overview(client)
    assert kinds(shown) == ["draining"]
    assert shown["problems"][0]["detail"].startswith("leaving")


async def test_a_worker_that_is_cooled_down_is_named_with_its_reason(client: httpx.AsyncClient, service: Service):
    await worker(client, "flaky")
    await worker(client, "steady")
    member = service.distributor.member("flaky")
    assert isinstance(member, Member)
    member.breaker.open(0.0, 30.0, "it failed 5 times in a row")
    (problem,) = (await overview(client))["problems"]
    assert problem["kind"] == "cooled-down"
    assert "it failed 5 times in a row" in problem["detail"]
    assert [each["path"] for each in problem["actions"]] == ["/v1/workers/flaky/drain"]
    history = (await client.get("/v1/workers/flaky/history")).json()
    assert history["paused"] == "cooled down: it failed 5 times in a row"


async def test_silent_workers_are_named(client: httpx.AsyncClient, service: Service):
    await worker(client, "quick")
    member = service.distributor.member("quick")
    assert isinstance(member, Member)
    member.silent = True
    shown = await overview(client)
    assert shown["problems"][0]["kind"] == "silent"
    assert shown["problems"][0]["severity"] == "critical"
    assert shown["fleet"]["by_status"]["offline"] == 1


async def test_names_in_addresses_are_quoted(client: httpx.AsyncClient, service: Service):
    await worker(client, "a/b?c")
    member = service.distributor.member("a/b?c")
    assert isinstance(member, Member)
    member.silent = True
    (action,) = (await overview(client))["problems"][0]["actions"]
    assert action["path"] == "/v1/workers/a%2Fb%3Fc"
    assert (await client.request(action["method"], action["path"])).status_code == 200


async def test_workers_are_filtered_sorted_and_cut(client: httpx.AsyncClient):
    for number in range(5):
        await worker(client, f"w{number}", "python" if number % 2 else "gpu", kind="Large" if number == 4 else None)
    await submit(client, 1, requirements={"capabilities": ["python"]})
    await claim(client, "w3")

    async def ids(**query: Any) -> list[str]:
        answer = await client.get("/v1/workers", params=query)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    assert await ids() == ["w0", "w1", "w2", "w3", "w4"]
    assert await ids(sort="id", descending=True, offset=1, limit=2) == ["w3", "w2"]
    assert await ids(sort="load", descending=True, limit=1) == ["w3"]
    assert await ids(status="busy") == ["w3"]
    assert await ids(capability="gpu") == ["w0", "w2", "w4"]
    assert await ids(search="LARGE") == ["w4"]
    assert (await client.get("/v1/workers", params={"search": "w", "limit": 2})).json()["total"] == 5
    assert (await client.get("/v1/workers", params={"sort": "charm"})).status_code == 422


async def test_tasks_are_shown_newest_first_and_in_brief(client: httpx.AsyncClient):
    ids = await submit(client, 3, payload={"large": True})
    page = (await client.get("/v1/tasks", params={"newest_first": True, "brief": True, "limit": 2})).json()
    assert [task["id"] for task in page["items"]] == ids[:0:-1]
    assert [task["payload"] for task in page["items"]] == [None, None]
    rest = await client.get("/v1/tasks", params={"newest_first": True, "cursor": page["next_cursor"]})
    assert [task["id"] for task in rest.json()["items"]] == ids[:1]
    assert rest.json()["items"][0]["payload"] == {"large": True}


async def test_a_task_and_a_worker_have_a_history(client: httpx.AsyncClient, service: Service):
    await worker(client, "quick")
    (task_id,) = await submit(client, 1)
    (task,) = await claim(client, "quick")
    service.board.watch.loads.look(service.distributor, 1e9)
    held = (await client.get("/v1/workers/quick/history")).json()
    assert [each["task_id"] for each in held["held"]] == [task_id]
    assert held["load"] == {"at": [1e9], "share": [0.5]}
    await complete(client, "quick", task)
    history = (await client.get("/v1/workers/quick/history")).json()
    assert [each["task_id"] for each in history["recent"]] == [task_id]
    assert [each["task_type"] for each in history["learned"]] == ["lint"]
    story = (await client.get(f"/v1/tasks/{task_id}/history")).json()
    assert [each["event"] for each in story["events"]] == ["task-queued", "task-assigned", "task-succeeded"]
    assert story["complete"]
    assert (await client.get("/v1/workers/nobody/history")).status_code == 404
    assert (await client.get("/v1/tasks/nothing/history")).status_code == 404


async def test_decisions_are_found_by_type_and_worker(client: httpx.AsyncClient):
    await worker(client, "quick")
    for task_type in ("lint", "test"):
        await submit(client, 1, task_type)
        (task,) = await claim(client, "quick")
        await complete(client, "quick", task)
    found = (await client.get("/v1/decisions")).json()["items"]
    assert [each["task_type"] for each in found] == ["test", "lint"]
    assert found[0]["decision"]["strategy"] == "adaptive"
    only = (await client.get("/v1/decisions", params={"task_type": "lint", "worker": "quick"})).json()["items"]
    assert [each["task_type"] for each in only] == ["lint"]
    assert (await client.get("/v1/decisions", params={"worker": "slow"})).json()["items"] == []


# --- parts ----------------------------------------------------------------------------------------------------------


async def test_those_who_follow_get_the_newest_and_are_let_go():
    live = Live()
    stream = live.read(b"0")
    assert (await anext(stream)).endswith(b"event: overview\ndata: 0\n\n")
    live.publish(b"1")
    live.publish(b"2")  # a slow reader misses what came between
    assert await anext(stream) == b"event: overview\ndata: 2\n\n"
    asyncio.get_running_loop().call_soon(live.publish, b"3")
    assert b"data: 3" in await anext(stream)
    assert live.readers == 1
    live.close()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert live.readers == 0


@pytest.mark.parametrize("seconds", [0.002, 0.05, 1.0, 42.0, 3600.0])
def test_a_quantile_is_right_to_within_a_fifth(seconds: float):
    found = quantile(Counter({size_of(seconds): 3}), 0.5)
    assert found is not None
    assert seconds <= found * 1.0001
    assert found < 1.2 * seconds


def test_no_waits_have_no_quantile_and_the_smallest_is_nothing():
    assert quantile(Counter(), 0.5) is None
    assert quantile(Counter({size_of(0.0): 1}), 0.95) == 0.0


def test_series_keep_an_hour_and_go_on_through_jumps_of_the_clock():
    series = Series()
    series.level(1000.0, waiting=7, held=1, refused=0)
    shown = series.since(0.0, 1000.0 + 10 * STEP)
    assert shown.waiting == [7] * 11
    assert shown.at == sorted(shown.at)
    series.level(900.0, waiting=3, held=0, refused=2)  # the clock went back
    assert series.since(0.0, 900.0).waiting[-1] == 3
    series.level(1e7, waiting=1, held=0, refused=0)
    assert len(series.since(0.0, 1e7).at) <= KEPT
    assert series.total("refused", 1e7, 300.0) == 0


def test_failures_of_long_ago_are_forgotten():
    recent = RecentOutcomes()
    for _ in range(6):
        recent.note("lint", 1000.0, success=False, error="no")
    recent.note("lint", 1000.0, success=True)
    (found,) = recent.failing(1010.0, least=5, share=0.3)
    assert (found.failed, found.succeeded, found.error) == (6, 1, "no")
    assert recent.failing(1010.0, least=7, share=0.3) == []
    assert recent.failing(1010.0, least=5, share=0.9) == []
    assert recent.failing(2000.0, least=1, share=0.0) == []
    assert not recent._records


async def test_the_stream_begins_with_everything(client: httpx.AsyncClient, service: Service):
    await submit(client, 1)
    board = service.board
    stream = board.live.read(b"{}")
    await anext(stream)
    await submit(client, 1)
    async with asyncio.timeout(10):
        message = await anext(stream)
    shown = json.loads(message.partition(b"data: ")[2])
    assert shown["tasks"][TaskState.QUEUED.value] == 2
    assert len(shown["series"]["at"]) <= 4
