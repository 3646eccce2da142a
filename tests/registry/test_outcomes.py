"""What was done, and what it makes of a worker."""

import pytest

from apportion.model.metrics import WorkerMetrics
from apportion.registry.outcomes import KEPT
from apportion.registry.registry import WorkerRegistry
from tests.registry.looking import info, seen, task, worker


def test_finished_tasks_are_kept_with_their_outcome(registry, clock):
    registry.assign_task("w1", task("a"))
    registry.assign_task("w1", task("b", task_type=None))
    clock.advance(4)
    registry.complete_task("w1", "a", True, 2.5)
    registry.complete_task("w1", "b", False)
    first, second = registry.get_worker("w1").completed_tasks
    assert (first.id, first.task_type, first.success, first.duration) == ("a", "lint", True, 2.5)
    assert (second.id, second.task_type, second.success, second.duration) == ("b", None, False, 4.0)


def finish(registry, *outcomes, duration=1.0):
    for success in outcomes:
        registry.assign_task("w1", task())
        registry.complete_task("w1", "t1", success, duration)


def test_one_failure_in_one_task_is_not_0_percent(registry):
    finish(registry, False)
    assert info(registry).metrics.success_rate == pytest.approx(2 / 3)  # (0 + 2*1) / (1 + 2)


def test_the_prior_is_what_the_worker_came_with(clock):
    registry = WorkerRegistry(clock=clock)
    registry.register(worker(metrics=WorkerMetrics(0.5, 8.0, 10, 10, last_failure_at=900.0, uptime=50.0)))
    clock.advance(7)
    metrics = info(registry).metrics
    assert (metrics.average_task_duration, metrics.tasks_completed, metrics.tasks_failed) == (8.0, 10, 10)
    assert (metrics.last_failure_at, metrics.uptime) == (900.0, 57.0)
    finish(registry, True, duration=2.0)
    metrics = info(registry).metrics
    assert metrics.success_rate == pytest.approx(2 / 3)  # (1 + 2*0.5) / (1 + 2)
    assert (metrics.average_task_duration, metrics.tasks_completed, metrics.tasks_failed) == (2.0, 11, 10)


def test_the_average_duration_is_of_successes(registry, clock):
    finish(registry, True, duration=3.0)
    finish(registry, False, duration=0.001)
    metrics = info(registry).metrics
    assert metrics.average_task_duration == 3.0
    assert (metrics.tasks_completed, metrics.tasks_failed, metrics.last_failure_at) == (1, 1, clock())


def test_rates_are_of_a_window_and_counts_of_all(registry):
    finish(registry, *[False] * KEPT, duration=9.0)
    finish(registry, *[True] * KEPT, duration=1.0)
    assert len(seen(registry).completed_tasks) == KEPT
    metrics = info(registry).metrics
    assert (metrics.success_rate, metrics.average_task_duration) == (1.0, 1.0)
    assert (metrics.tasks_completed, metrics.tasks_failed) == (KEPT, KEPT)


def test_a_picture_does_not_change_afterwards(registry):
    registry.assign_task("w1", task())
    before = registry.get_worker("w1")
    registry.complete_task("w1", "t1", True)
    assert list(before.active_tasks) == ["t1"]
    with pytest.raises(TypeError):
        before.active_tasks["t2"] = task("t2")
