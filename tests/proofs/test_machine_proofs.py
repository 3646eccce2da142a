"""Figures of the machine, each with a control without its safeguard: zombies, overload, poison, black holes."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apportion.config import RuntimeConfig
from apportion.core.strategies.round_robin import RoundRobinStrategy
from apportion.errors import QueueFullError, TaskConflictError
from apportion.ports import Outcome
from apportion.runtime import inputs
from tests.runtime.world import World

LEASE = RuntimeConfig(lease_seconds=15.0, retry_backoff=0.0, max_deaths=10)


# --- zombies --------------------------------------------------------------------------------------------------------


def zombies_refused(number: int, doctor: Callable[[World], None] = lambda _world: None) -> int:
    """Have workers stopped past their lease report, hand back and renew; return how many were refused all three."""
    world = World(LEASE)
    world.join("first", 1, leased=True)
    world.join("second", 1, leased=True)
    doctor(world)
    refused = 0
    for each in range(number):
        id = f"t{each}"
        world.submit(id)
        stale = world.attempt(id)
        other = "second" if stale.worker_id == "first" else "first"
        while world.stored(id).lease == stale.lease:
            world.pass_time(5.0)
            world.ask(inputs.Heartbeat(other, None, {"another task": 1}))
        before = world.stored(id)
        refused += all(stale_verbs(world, stale)) and world.stored(id) == before
        if world.worker_of(id):
            world.end(id)
        for worker in {stale.worker_id, other} - world.eager.keys():
            world.ask_for_work(worker)
    return refused


def stale_verbs(world: World, stale: Any) -> Iterator[bool]:
    held = (stale.task_id, stale.worker_id, stale.lease)
    yield stale.task_id in world.ask(inputs.Heartbeat(stale.worker_id, None, {stale.task_id: stale.lease})).taken_back
    for event in (inputs.AttemptReleased(*held), inputs.AttemptEnded(*held, Outcome(success=True))):
        try:
            world.ask(event)
        except TaskConflictError:
            yield True
        else:
            yield False


def without_fencing(world: World) -> None:
    attempts, books = world.machine._attempts, world.machine._books
    vars(attempts)["_valid"] = lambda task_id, _worker_id, _lease: books.held.get(task_id)


@pytest.mark.parametrize("number", [50, pytest.param(10_000, marks=[pytest.mark.proof, pytest.mark.timeout(600)])])
def test_every_stale_verb_of_a_zombie_is_refused(number: int):
    assert zombies_refused(number) == number
    assert zombies_refused(20, without_fencing) < 20, "the control"


# --- overload -------------------------------------------------------------------------------------------------------


class Traffic:
    """Tasks of a second each for a hundred slots, in steps of a tenth of a second."""

    def __init__(self, config: RuntimeConfig) -> None:
        self.world = World(config, strategy=RoundRobinStrategy())
        for number in range(10):
            self.world.join(f"w{number}", 10)
        self.ends: list[tuple[float, str, int]] = []
        self.known: set[tuple[str, int]] = set()
        self.refused = self.accepted = 0

    def step(self, tasks: int) -> None:
        world = self.world
        world.pass_time(0.1)
        while self.ends and self.ends[0][0] <= world.steady() + 1e-6:
            _, id, lease = heapq.heappop(self.ends)
            world.report(world.running[id, lease])
        for _ in range(tasks):
            try:
                world.submit(f"t{self.accepted + self.refused}")
                self.accepted += 1
            except QueueFullError:
                self.refused += 1
        for key in world.running.keys() - self.known:
            self.known.add(key)
            heapq.heappush(self.ends, (world.steady() + 1.0, *key))


def overloaded(config: RuntimeConfig, seconds: int) -> tuple[Traffic, float]:
    """Offer three times what can be done, then 0.7 times; return the seconds until nothing waits any more."""
    traffic = Traffic(config)
    for _ in range(seconds * 10):
        traffic.step(30)
    calm = 0
    while traffic.world.machine.queued and calm < 1200:
        calm += 1
        traffic.step(7)
    return traffic, calm / 10


@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=[pytest.mark.proof, pytest.mark.timeout(600)])])
def test_after_an_overload_all_is_normal_again_within_a_minute(seconds: int):
    traffic, calm = overloaded(RuntimeConfig(max_queued=min(1000, 50 * seconds)), seconds)
    assert calm <= 60
    assert traffic.refused > 50 * seconds
    world = traffic.world
    assert world.machine.held + world.store.counts()["succeeded"] == traffic.accepted, "nothing accepted is lost"  # type: ignore[index]
    print(f"{seconds} s of 3x: {traffic.refused} refused, {traffic.accepted} accepted, normal after {calm:g} s of 0.7x")


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_without_a_limit_of_the_queue_an_overload_lasts():
    assert overloaded(RuntimeConfig(max_queued=1_000_000), 60)[1] > 60


# --- poison ---------------------------------------------------------------------------------------------------------


_ENOUGH = 10
"""Workers that one task has killed: more prove nothing more."""


def poisoned(good: int, poison: int, config: RuntimeConfig) -> tuple[World, Counter[str]]:
    """Mix tasks that kill their workers with good ones; return the world and how many workers each has killed."""
    world = World(config, strategy=RoundRobinStrategy())
    killed: Counter[str] = Counter()
    for number in range(10):
        world.join(f"w{number}", 4)
    every = good // poison
    for number in range(good + poison):
        world.submit(f"{'poison' if number % (every + 1) == every else 'good'}{number}")
        finish(world, killed, 30)
    while world.running and max(killed.values(), default=0) <= _ENOUGH:
        finish(world, killed, 0)
    return world, killed


def finish(world: World, killed: Counter[str], most: int) -> None:
    while len(world.running) > most:
        attempt = next(iter(world.running.values()))
        if not attempt.task_id.startswith("poison"):
            world.report(attempt)
            continue
        killed[attempt.task_id] += 1
        for key in [key for key, each in world.running.items() if each.worker_id == attempt.worker_id]:
            del world.running[key]
        world.tell(inputs.WorkerLost(attempt.worker_id))
        world.join(attempt.worker_id, 4)
        if killed[attempt.task_id] > _ENOUGH:
            return


@pytest.mark.parametrize(
    ("good", "poison"), [(300, 10), pytest.param(10_000, 100, marks=[pytest.mark.proof, pytest.mark.timeout(600)])]
)
def test_poison_among_good_tasks_kills_three_workers_and_no_good_task(good: int, poison: int):
    world, killed = poisoned(good, poison, RuntimeConfig(retry_backoff=0.0))
    counts = {state.value: number for state, number in world.store.counts().items()}
    assert (counts["succeeded"], counts["failed"]) == (good, poison)
    assert set(killed.values()) == {3}


def test_without_a_quarantine_poison_kills_without_end():
    _, killed = poisoned(100, 5, RuntimeConfig(retry_backoff=0.0, max_deaths=1_000_000))
    assert max(killed.values()) > 3


# --- a black hole ---------------------------------------------------------------------------------------------------


def share_of_a_black_hole(tasks: int, doctor: Callable[[World], None] = lambda _world: None) -> float:
    """One of twenty workers fails at once, the others take a second; return its share of what starts after 10 s."""
    world = World(RuntimeConfig(max_attempts=100, retry_backoff=1.0), strategy=RoundRobinStrategy())
    for number in range(20):
        world.join(f"w{number}", 1)
    doctor(world)
    began, due = world.steady(), list[tuple[float, str, int]]()
    known: set[tuple[str, int]] = set()
    late: Counter[str] = Counter()
    for number in range(tasks):
        world.submit(f"t{number}")
    while world.machine.queued or world.machine.held:
        world.pass_time(0.1)
        for key in world.running.keys() - known:
            known.add(key)
            attempt = world.running[key]
            late[attempt.worker_id] += world.steady() - began > 10.0
            heapq.heappush(due, (world.steady() + (0.0 if attempt.worker_id == "w0" else 1.0), *key))
        while due and due[0][0] <= world.steady():
            _, id, lease = heapq.heappop(due)
            attempt = world.running[id, lease]
            world.report(attempt, success=attempt.worker_id != "w0", error="black hole")
    return late["w0"] / late.total()


def without_breakers(world: World) -> None:
    vars(world.machine._cooling)["outcome"] = lambda _holding, _outcome: None


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_few_tasks_reach_a_black_hole_after_ten_seconds():
    share, control = share_of_a_black_hole(1500), share_of_a_black_hole(1500, without_breakers)
    print(f"share of a black hole after 10 s: {share:.2%}; without breakers {control:.2%}")
    assert share <= 0.02 < control
