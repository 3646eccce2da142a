"""Who holds which task, and what a refusal leaves as it was."""

import pytest

from apportion.errors import (
    ApportionError,
    TaskConflictError,
    UnknownTaskError,
    UnknownWorkerError,
    WorkerUnavailableError,
)
from apportion.model.task import QueuedTask, TaskRequirements
from tests.registry.looking import everything, info, task, worker


def test_a_held_task_names_its_worker_and_makes_its_load(registry):
    assert registry.assign_task("w1", task("a", 1.5)) == "a"
    assert registry.assign_task("w1", task("b", 2)) == "b"
    assert info(registry).current_load == 3.5
    assert registry.get_worker("w1").active_tasks == {
        "a": QueuedTask("a", task("a", 1.5).requirements, "w1"),
        "b": QueuedTask("b", task("b", 2).requirements, "w1"),
    }


def test_load_is_not_off_by_rounding(registry):
    for id, size in (("a", 0.1), ("b", 0.2), ("c", 0.7)):
        registry.assign_task("w1", task(id, size))
    registry.complete_task("w1", "a", True)
    registry.complete_task("w1", "c", True)
    assert info(registry).current_load == 0.2


def refused(registry, error, *arguments, call="assign_task"):
    """Make a call that must be refused, and see that it changed nothing."""
    before = everything(registry)
    with pytest.raises(error) as caught:
        getattr(registry, call)(*arguments)
    assert isinstance(caught.value, ApportionError)
    assert everything(registry) == before
    return caught.value


def test_a_task_over_capacity_is_refused(registry):
    registry.assign_task("w1", task("a", 9))
    error = refused(registry, WorkerUnavailableError, "w1", task("b", 2))
    assert (error.worker_id, error.code) == ("w1", "insufficient-capacity")
    assert registry.assign_task("w1", task("c", 1)) == "c"


def test_a_task_for_an_unknown_worker_is_refused(registry):
    refused(registry, UnknownWorkerError, "nobody", task())


def test_a_task_for_one_that_takes_nothing_new_is_refused(registry, clock):
    registry.heartbeat("w1", status="overloaded")
    assert refused(registry, WorkerUnavailableError, "w1", task()).code == "overloaded"
    registry.drain("w1")
    assert refused(registry, WorkerUnavailableError, "w1", task()).code == "draining"
    clock.advance(31)
    registry.expire()
    assert refused(registry, WorkerUnavailableError, "w1", task()).code == "offline"


def test_a_task_that_somebody_holds_is_refused(registry):
    registry.register(worker("w2"))
    registry.assign_task("w1", task())
    for id in ("w1", "w2"):
        error = refused(registry, TaskConflictError, id, task())
        assert (error.task_id, error.state) == ("t1", "assigned")
        assert "'w1' holds it" in str(error)


def test_completing_what_is_not_held_is_refused(registry):
    registry.register(worker("w2"))
    registry.assign_task("w1", task())
    refused(registry, UnknownTaskError, "w2", "t1", True, call="complete_task")
    refused(registry, UnknownTaskError, "w1", "t2", True, call="complete_task")
    refused(registry, UnknownWorkerError, "w3", "t1", True, call="complete_task")
    refused(registry, ValueError, "w1", "t1", True, -1.0, call="complete_task")
    refused(registry, TypeError, "w1", "t1", True, "long", call="complete_task")
    registry.complete_task("w1", "t1", True)
    refused(registry, UnknownTaskError, "w1", "t1", True, call="complete_task")


@pytest.mark.parametrize("call", ["deregister", "heartbeat", "drain"])
def test_calls_about_a_stranger_are_refused(registry, call):
    refused(registry, UnknownWorkerError, "nobody", call=call)


def test_what_is_no_queued_task_is_refused(registry):
    refused(registry, TypeError, "w1", TaskRequirements())
