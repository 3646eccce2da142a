"""Facts become figures, and every counter that somebody may watch for growth is there before it grows."""

import pytest

from apportion.events import (
    StoreTroubled,
    TaskAssigned,
    TaskCancelled,
    TaskFailed,
    TaskRequeued,
    TasksPlaced,
    TaskSucceeded,
)
from apportion.metrics import table
from apportion.metrics.counting import Counting
from apportion.metrics.meter import Meter
from apportion.model.task_record import Task

TASK = Task("t", "lint", queued_at=10.0, assigned_at=12.0, decision={"strategy": "adaptive"})


@pytest.fixture
def meter():
    return Meter()


@pytest.fixture
def note(meter):
    return Counting(meter).note


def value(meter, metric, *labels):
    return dict(meter.series(metric)).get(labels)


def observed(meter, metric, *labels):
    histogram = meter.histograms[metric].get(labels)
    return None if histogram is None else (sum(histogram.counts), histogram.total)


def test_what_may_grow_begins_at_nothing(meter, note):
    kinds = {kind for (kind,), count in meter.series(table.EVENTS) if count == 0}
    assert {"task-queued", "task-failed", "worker-gone", "strategy-failed", "store-troubled"} <= kinds
    assert not kinds & {"task", "worker", "tasks-placed"}
    assert value(meter, table.LEASES_LOST) == 0


def test_an_assignment_is_a_decision_and_ends_a_wait(meter, note):
    note(TaskAssigned(12.5, TASK))
    assert value(meter, table.DECISIONS, "adaptive") == 1
    assert observed(meter, table.WAIT, "lint") == (1, 2.5)


def test_a_delay_is_no_wait(meter, note):
    note(TaskAssigned(12.5, Task("t", "lint", queued_at=10.0, not_before=12.0)))
    assert observed(meter, table.WAIT, "lint") == (1, 0.5)


@pytest.mark.parametrize(
    ("fact", "outcome"),
    [
        (TaskSucceeded(15.0, TASK), "succeeded"),
        (TaskFailed(15.0, TASK), "gave up"),
        (TaskRequeued(15.0, TASK, worker_id="w", reason="exit 1", counted=True), "failed"),
        (TaskRequeued(15.0, TASK, worker_id="w", reason="the worker died"), "cut short"),
    ],
)
def test_an_attempt_ends_one_way_and_took_its_time(meter, note, fact, outcome):
    note(fact)
    assert value(meter, table.OUTCOMES, "lint", outcome) == 1
    assert observed(meter, table.RUN, "lint") == (1, 3.0)


def test_what_ends_while_it_waits_ran_for_no_time(meter, note):
    note(TaskFailed(15.0, Task("t", "lint", queued_at=13.0, assigned_at=12.0)))
    note(TaskCancelled(15.0, Task("u", "lint", queued_at=13.0)))
    assert value(meter, table.OUTCOMES, "lint", "gave up") == 1
    assert value(meter, table.OUTCOMES, "lint", "cancelled") == 1
    assert observed(meter, table.RUN, "lint") is None


def test_a_lost_lease_is_counted(meter, note):
    note(TaskRequeued(15.0, TASK, worker_id="w", reason="its lease was not renewed"))
    note(TaskRequeued(15.0, TASK, worker_id="w", reason="exit 1", counted=True))
    assert value(meter, table.LEASES_LOST) == 1


def test_the_time_of_a_decision_is_shared_by_what_was_placed_together(meter, note):
    note(TasksPlaced(15.0, 4, 0.004))
    assert observed(meter, table.DECISION_TIME) == (4, 0.004)


def test_trouble_is_an_event(meter, note):
    note(StoreTroubled(15.0, "disk full"))
    assert value(meter, table.EVENTS, "store-troubled") == 1
