"""Every decision is written down with what came of it, as it was taken, and forgotten when its time is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apportion.assemble import TaskDistributor
from apportion.clock import fresh_random
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.model.worker import WorkerInfo
from apportion.ports import ForgetNotes, Note
from apportion.runtime import inputs
from apportion.runtime.batch import Batch
from apportion.runtime.machine import Machine
from apportion.runtime.recorder import DAY
from apportion.stores.memory import MemoryStore
from apportion.stores.sqlite import SqliteStore
from tests.runtime.world import START, World


class NotedWorld(World):
    """A world that keeps the lines of the record."""

    def begin(self) -> None:
        self.notes: list[Any] = []
        super().begin()

    def tell(self, *events: inputs.Input):
        instructions = super().tell(*events)
        self.notes += [each.line for each in instructions if isinstance(each, Note)]
        return instructions

    def decisions(self) -> list[Any]:
        return [line for line in self.notes if line["kind"] == "decision"]


def test_a_success_is_one_line_with_all_that_was_known():
    world = NotedWorld(strategy=None)
    world.join("w", 2, capabilities={"gpu"})
    world.submit("a", type="draw", capabilities=["gpu"], complexity=2)
    assert world.decisions() == []
    world.pass_time(3.0)
    world.end("a", duration=2.5)
    (line,) = world.decisions()
    decision = line.pop("decision")
    assert line == {
        "kind": "decision", "task": "a", "task_type": "draw", "at": START, "queued_at": START, "decided_at": START,
        "ended_at": START + 3.0, "attempt": 1, "worker": "w", "outcome": "succeeded", "state": "succeeded",
        "duration": 2.5, "requirements": {"capabilities": ["gpu"], "complexity": 2},
    }  # fmt: skip
    assert decision["strategy"] == "adaptive"
    assert (decision["how"], decision["probability"], decision["eligible"]) == ("certain", 1.0, 1)
    assert set(decision["weights"]) == set(decision["votes"])
    assert world.stored("a").decision == decision


def test_each_attempt_has_its_own_line_with_what_it_avoided():
    world = NotedWorld(RuntimeConfig(retry_backoff=0.0))
    world.join("v")
    world.join("w")
    world.submit("a")
    world.fail("a", duration=1.0)
    world.end("a")
    first, second = world.decisions()
    assert (first["outcome"], first["state"], first["attempt"]) == ("failed", "queued", 1)
    assert (second["outcome"], second["state"], second["attempt"]) == ("succeeded", "succeeded", 2)
    assert second["requirements"] == {"avoid": [first["worker"]]}
    assert second["worker"] != first["worker"]


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        (lambda world: world.ask(inputs.CancelAsked("a", None)), "cancelled"),
        (lambda world: world.ask(inputs.WorkerLost("w", "it died")), "lost"),
        (lambda world: world.ask(inputs.WorkerLeft("w")), "returned"),
        (lambda world: world.fail("a", busy_for=1.0), "returned"),
    ],
)
def test_an_attempt_that_says_nothing_has_no_duration(ends, outcome: str):
    world = NotedWorld()
    world.join("w")
    world.submit("a")
    ends(world)
    (line,) = world.decisions()
    assert (line["outcome"], line["duration"]) == (outcome, None)


def test_what_an_earlier_run_decided_is_written_down_by_the_next():
    world = NotedWorld()
    world.join("w")
    world.submit("a", type="draw")
    decided = world.stored("a").decision
    world.begin()
    (line,) = world.decisions()
    assert (line["outcome"], line["decision"]) == ("returned", decided)


def test_chance_is_told_as_chance():
    """Two workers of which nothing is known: each is as likely, and the record says so."""
    world = NotedWorld()
    for id in ("v", "w"):
        world.join(id)
    world.submit("a")
    world.end("a")
    (line,) = world.decisions()
    assert line["decision"]["how"] == "drawn"
    assert line["decision"]["probability"] == 0.5


def test_a_plan_of_several_kinds_is_without_chance():
    world = NotedWorld()
    world.submit("a", type="x")
    world.submit("b", type="y")
    world.join("w", 2)
    for id in ("a", "b"):
        world.end(id)
    assert [line["decision"]["how"] for line in world.decisions()] == ["plan", "plan"]


def test_who_was_there_is_in_the_record_and_said_again_before_it_is_forgotten():
    world = NotedWorld(RuntimeConfig(keep_decisions=1.0))
    world.join("w", 3, capabilities={"gpu"}, kind="a100")
    world.submit("a")
    world.end("a")
    world.pass_time(DAY / 2)
    world.submit("b")
    world.ask(inputs.WorkerLeft("w"))
    told = [line for line in world.notes if line["kind"] != "decision"]
    worker = {"id": "w", "capabilities": ["gpu"], "max_capacity": 3, "kind": "a100"}
    assert [line["worker"] for line in told] == [worker, worker, "w"]
    assert [line["kind"] for line in told] == ["worker", "worker", "worker-gone"]


def test_nothing_is_recorded_where_nothing_is_kept():
    world = NotedWorld(RuntimeConfig(keep_decisions=0))
    world.join("w")
    world.submit("a")
    world.end("a")
    assert world.notes == []
    assert set(world.stored("a").decision or ()) == {"strategy", "order", "at", "considered", "waiting", "workers"}
    assert world.machine.recorder.forgetting(START) is None


def test_the_record_is_in_the_store_and_is_forgotten_in_time():
    machine = Machine(
        RuntimeConfig(keep_decisions=2.0), LoadBalancer(rng=fresh_random(1)), WorkerPool(), fresh_random(2)
    )
    assert machine.recorder.forgetting(START) == ForgetNotes(START - 2 * DAY)


def test_the_line_about_what_the_store_refused_is_struck_out():
    batch = Batch()
    batch.add([Note(1.0, {"kind": "decision", "task": "a"}), Note(1.0, {"kind": "worker", "worker": {"id": "w"}})])
    batch.without({"a"})
    assert [note.line["kind"] for note in batch.notes] == ["worker"]


async def test_a_real_run_leaves_a_record(tmp_path: Path):
    path = tmp_path / "tasks.db"
    async with TaskDistributor.open(path, rng=fresh_random(3)) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 4), handlers={"double": lambda number: 2 * number})
        handles = await distributor.submit_many([{"task_type": "double", "payload": number} for number in range(20)])
        assert [await handle.result(timeout=20) for handle in handles] == [2 * number for number in range(20)]
    store = SqliteStore(path)
    lines = [line for _, line in store.notes(100)]
    store.close()
    assert sum(line["kind"] == "decision" and line["outcome"] == "succeeded" for line in lines) == 20
    assert lines[0]["kind"] == "worker"


async def test_old_lines_go_while_it_runs():
    store = MemoryStore()
    store.commit([Note(0.0, {"kind": "decision"}), Note(START * 2, {"kind": "decision"})])
    config = RuntimeConfig(keep_decisions=1.0, remember_every=0.001)
    async with TaskDistributor.open(store, config=config, clock=lambda: START) as distributor:
        while len(store.notes(9)) > 1:
            await distributor.counts()
        assert [number for number, _ in store.notes(9)] == [2]
