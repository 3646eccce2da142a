"""Advice is found out beside the event loop, once for all who ask, and again when it is no longer fresh."""

from __future__ import annotations

import asyncio
import threading

import pytest

from apportion.model.context import BalancingContext
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.runtime import advising
from apportion.runtime.advising import Adviser, Placed, advise

FULL = WorkerInfo("full", (), 10, 10)
FREE = WorkerInfo("free", (), 10)


class Clock:
    """Each reading takes a second, or as long as is said."""

    def __init__(self, step: float = 1.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def adviser(looks: list[int], steady: Clock) -> Adviser:
    async def look() -> Placed:
        looks.append(1)
        return Placed([FULL, FREE], [])

    return Adviser(look, BalancingContext(), (), lambda: 1000.0, steady)


async def test_all_who_ask_at_once_are_given_one_answer_with_its_time():
    looks: list[int] = []
    one = adviser(looks, Clock())
    first, *others = await asyncio.gather(*(one.advice() for _ in range(5)))
    assert (first.at, first.items[0].from_worker) == (1000.0, "full")
    assert len(looks) == 1
    assert all(each is first for each in others)


async def test_it_is_looked_again_when_it_is_old_and_when_somebody_has_acted():
    looks: list[int] = []
    steady = Clock()
    one = adviser(looks, steady)
    await one.advice()  # took a second: it is fresh for twenty
    steady.now += 10
    await one.advice()
    assert len(looks) == 1
    steady.now += 10
    await one.advice()
    assert len(looks) == 2
    one.forget()
    await one.advice()
    assert len(looks) == 3


@pytest.mark.parametrize("allowed", [True, False])
def test_no_move_is_advised_that_a_rule_of_the_users_own_forbids(allowed: bool):
    held = [Task(f"t{number}", "work", state=TaskState.ASSIGNED, assigned_worker="full") for number in range(10)]

    def rule(_task: TaskRequirements, worker: WorkerInfo) -> str | None:
        return None if allowed or worker.id == "full" else "not there"

    moves = [each for each in advise(Placed([FULL, FREE], held), BalancingContext(), [rule]) if each.task_id]
    assert bool(moves) is allowed


async def test_what_costs_little_is_looked_for_anew_each_time():
    looks: list[int] = []
    one = adviser(looks, Clock(0.01))
    await one.advice()
    await one.advice()
    assert len(looks) == 2


async def test_the_search_does_not_hold_the_event_loop(monkeypatch):
    free, advise = threading.Event(), advising.advise

    def slow(placed, context, rules):
        assert free.wait(30), "the loop was held"
        return advise(placed, context, rules)

    monkeypatch.setattr(advising, "advise", slow)
    asyncio.get_running_loop().call_later(0.01, free.set)
    assert (await adviser([], Clock()).advice()).items
