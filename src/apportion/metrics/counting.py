"""Facts become figures: an observer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, get_args

from apportion.events import (
    Fact,
    TaskAssigned,
    TaskCancelled,
    TaskFact,
    TaskFailed,
    TaskRequeued,
    TasksPlaced,
    TaskSucceeded,
)
from apportion.metrics import table
from apportion.metrics.meter import Meter


class Counting:
    """Counts facts.

    Args:
        meter: holds the figures.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        # A counter that is first seen with a value has not grown as far as Prometheus can tell: each begins at 0.
        meter.add(table.LEASES_LOST, amount=0.0)
        for kind in sorted(_kinds(*get_args(Fact))):
            meter.add(table.EVENTS, kind, amount=0.0)

    def note(self, fact: Fact) -> None:
        """Take in what has happened."""
        if isinstance(fact, TasksPlaced):
            self._meter.observe(table.DECISION_TIME, fact.seconds / fact.count, times=fact.count)
            return
        self._meter.add(table.EVENTS, fact.kind)
        count = _COUNTS.get(type(fact))
        if count is not None:
            count(self._meter, fact)


def _kinds(*facts: type[Any]) -> Iterator[str]:
    """Return the kinds of facts that can happen; those with others below them are only their common name."""
    for fact in facts:
        below = fact.__subclasses__()
        if below:
            yield from _kinds(*below)
        elif fact is not TasksPlaced:
            yield str(fact.kind)


def _assigned(meter: Meter, fact: TaskAssigned) -> None:
    task = fact.task
    strategy = (task.decision or {}).get("strategy")
    meter.add(table.DECISIONS, str(strategy or "none"))
    waits_since = max(task.queued_at, task.not_before or 0.0)
    meter.observe(table.WAIT, max(0.0, fact.at - waits_since), task.task_type)


def _requeued(meter: Meter, fact: TaskRequeued) -> None:
    lost = "lease" in fact.reason
    if lost:
        meter.add(table.LEASES_LOST)
    _attempt_ended(meter, fact, "failed" if fact.counted else "cut short")


def _succeeded(meter: Meter, fact: TaskSucceeded) -> None:
    _attempt_ended(meter, fact, "succeeded")


def _failed(meter: Meter, fact: TaskFailed) -> None:
    _attempt_ended(meter, fact, "gave up")


def _cancelled(meter: Meter, fact: TaskCancelled) -> None:
    meter.add(table.OUTCOMES, fact.task.task_type, "cancelled")


def _attempt_ended(meter: Meter, fact: TaskFact, outcome: str) -> None:
    task = fact.task
    meter.add(table.OUTCOMES, task.task_type, outcome)
    # Who has waited since its last attempt is given up without one under way.
    ran = isinstance(fact, TaskRequeued) or task.queued_at <= (task.assigned_at or 0.0)
    if ran and task.assigned_at is not None:
        meter.observe(table.RUN, max(0.0, fact.at - task.assigned_at), task.task_type)


_COUNTS: Final[dict[type, Callable[[Meter, Any], None]]] = {
    TaskAssigned: _assigned,
    TaskRequeued: _requeued,
    TaskSucceeded: _succeeded,
    TaskFailed: _failed,
    TaskCancelled: _cancelled,
}
