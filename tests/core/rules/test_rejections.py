"""Each refusal has its code and says exactly what is lacking."""

import pytest

from apportion.core.rules import RULES, eligible, rejections, suitable
from apportion.model.constraint import Constraint
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus


def worker(**fields):
    return WorkerInfo(**{"id": "w1", "capabilities": {"python"}, "max_capacity": 10, **fields})


ONLY_REASONS = [
    ("offline", {"status": "offline"}, {}, "the worker is offline"),
    ("draining", {"status": "draining"}, {}, "the worker is draining: it finishes what it holds and takes nothing new"),
    (
        "overloaded",
        {"status": "overloaded", "current_load": 2},
        {},
        "the worker's status is overloaded, at load 2 of 10",
    ),
    ("task-type", {"task_types": {"b", "a"}}, {"task_type": "c"}, "does not accept the type 'c'; accepts 'a', 'b'"),
    ("task-type", {"task_types": {"a"}}, {}, "does not accept a task without a type; accepts 'a'"),
    ("missing-capability", {}, {"capabilities": {"python", "gpu", "cuda"}}, "lacks 'cuda', 'gpu'"),
    (
        "insufficient-capacity",
        {"current_load": 8},
        {"complexity": 4},
        "needs 4, has 2 of 10 free; has room at load <= 6, is at 8",
    ),
    ("insufficient-capacity", {}, {"complexity": 12}, "needs 12, and the worker's whole capacity is 10"),
    ("anti-affinity", {}, {"anti_affinity": {"w1"}}, "the task's anti-affinity names 'w1'"),
    (
        "constraint",
        {"labels": {"memory": 16}},
        {"constraints": [Constraint("memory", ">=", 24), Constraint("zone", "exists"), Constraint("a", "==", 1, 2.0)]},
        "needs memory >= 24, has 16; needs zone exists, has no label 'zone'",
    ),
]


@pytest.mark.parametrize(("code", "fields", "needs", "detail"), ONLY_REASONS)
def test_one_lack_is_one_rejection_that_names_it(code, fields, needs, detail):
    (reason,) = rejections(TaskRequirements(**needs), worker(**fields))
    assert (reason.code, reason.detail) == (code, detail)


@pytest.mark.parametrize(("code", "fields", "needs", "detail"), ONLY_REASONS)
def test_one_lack_is_enough_not_to_be_eligible(code, fields, needs, detail):
    assert not eligible(TaskRequirements(**needs), worker(**fields))
    assert suitable(TaskRequirements(**needs), worker(**fields)) == (code == "insufficient-capacity")


def test_all_that_is_lacking_is_told_in_the_order_of_the_codes():
    task = TaskRequirements({"gpu"}, 20, task_type="c", anti_affinity={"w1"}, constraints=[Constraint("x", "exists")])
    found = [reason.code for reason in rejections(task, worker(status="offline", task_types={"a"}))]
    assert found == [
        "offline",
        "task-type",
        "missing-capability",
        "insufficient-capacity",
        "anti-affinity",
        "constraint",
    ]


def test_the_table_holds_the_codes_once_each():
    codes = [rule.code for rule in RULES]
    assert codes == [
        "offline", "draining", "overloaded", "task-type",
        "missing-capability", "insufficient-capacity", "anti-affinity", "constraint",
    ]  # fmt: skip


@pytest.mark.parametrize("status", [WorkerStatus.IDLE, WorkerStatus.BUSY])
def test_idle_and_busy_workers_may_take_a_task_that_just_fits(status):
    task = TaskRequirements({"python"}, 4)
    assert eligible(task, worker(status=status, current_load=6))
    assert rejections(task, worker(status=status, current_load=6)) == ()


def test_affinity_does_not_outweigh_anti_affinity():
    assert not eligible(TaskRequirements(affinity={"w1"}, anti_affinity={"w1"}), worker())


def test_preferred_constraints_and_avoid_reject_nobody():
    assert eligible(TaskRequirements(avoid={"w1"}, constraints=[Constraint("gone", "exists", weight=1)]), worker())


def test_a_rule_of_the_users_own_comes_last():
    def office_hours(_task, worker):
        return f"{worker.id} sleeps" if worker.region == "eu" else None

    found = rejections(TaskRequirements({"gpu"}), worker(region="eu"), [office_hours])
    assert [str(reason) for reason in found] == ["missing-capability: lacks 'gpu'", "custom: w1 sleeps"]
    assert rejections(TaskRequirements(), worker(region="us"), [office_hours]) == ()
