"""`performance-based`: who has done best, and has not failed lately. For critical work."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any

from apportion.core.pool.memory import WorkerMemory
from apportion.core.strategies.scored import ScoredStrategy
from apportion.core.track_record import TrackRecords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apportion.core.field import Field
    from apportion.core.pool.column import Column
    from apportion.core.rotation import Rotation
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo

FORGIVEN_AFTER = 60.0
"""Seconds after which a failure no longer speaks against a worker."""

_MOST_TYPES = 64
_MOST_FAILURES = 32_768
_LONG_AGO = -1e18


class PerformanceBasedStrategy(ScoredStrategy):
    """``0.35 success rate + 0.25 speed + 0.25 reliability + 0.15 capacity``.

    Speed is ``1 / (1 + average duration)``, 0.5 where nothing has been completed. Reliability is ``1 - 0.3 max(0, 1 -
    age of the last failure / 60 s)``. Capacity is 1 - utilisation. Success and duration are those of this task type on
    this worker where enough feedback exists, else the worker's metrics.
    """

    name = "performance-based"

    def __init__(self, rotation: Rotation | None = None) -> None:
        super().__init__(rotation)
        self._records = TrackRecords()
        self._merits: OrderedDict[str | None, WorkerMemory] = OrderedDict()
        self._failed_at: OrderedDict[str, float] = OrderedDict()
        self._failures = WorkerMemory(self._last_failure, {"metrics"})
        self._context_failures: Mapping[str, float] = {}
        self._latest_failure = _LONG_AGO

    def values(self, task: TaskRequirements, field: Field, context: DecisionContext) -> Any:
        """Return the weighted sum for each worker."""
        self._take_in(context)
        pool, now = field.pool, context.now
        merit = self._merit(task.task_type).column(pool)
        failures = self._failures.column(pool)  # which takes note of the latest, so it comes first
        if now - self._latest_failure >= FORGIVEN_AFTER:  # nobody has failed lately: all are fully reliable
            return _merit_and_room(field, merit)

        def value(merit: Any, failed_at: Any, load: Any, capacity: Any) -> Any:
            freshness = 1 - (now - failed_at) / FORGIVEN_AFTER
            freshness = (freshness + abs(freshness)) / 2  # max(0, x), for floats and arrays alike
            return merit + 0.25 * (1 - 0.3 * freshness) + 0.15 * (1 - load / capacity)

        return field.evaluate(value, field.take(merit), field.take(failures), field.load, field.capacity)

    def record(
        self, worker_id: str, task_type: str | None, success: bool, duration: float, context: DecisionContext
    ) -> None:
        """Take in an outcome."""
        if not success:
            self._failed(worker_id, self.moment(context).now)
        merit = self._records.add(worker_id, task_type, success, duration)
        of_type = self._merits.get(task_type)
        if of_type is not None and merit is not None:
            of_type.write(worker_id, merit)

    def state(self) -> dict[str, Any]:
        """Return what was learned as plain JSON."""
        return {"records": self._records.state(), "failures": dict(self._failed_at)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        self._records.restore(state["records"])
        self._failed_at = OrderedDict(state["failures"])
        self._failures.refill()
        self._merits.clear()

    def _failed(self, worker_id: str, now: float) -> None:
        self._failed_at[worker_id] = now
        self._latest_failure = max(self._latest_failure, now)
        self._failed_at.move_to_end(worker_id)
        if len(self._failed_at) > _MOST_FAILURES:
            self._failed_at.popitem(last=False)
        self._failures.write(worker_id, now)

    def _merit(self, task_type: str | None) -> WorkerMemory:
        """Return ``0.35 success + 0.25 speed`` of each worker for a type."""
        memory = self._merits.get(task_type)
        if memory is None:
            memory = WorkerMemory(partial(self._first_merit, task_type), {"metrics"})
            self._merits[task_type] = memory
            if len(self._merits) > _MOST_TYPES:
                self._merits.popitem(last=False)
        else:
            self._merits.move_to_end(task_type)
        return memory

    def _first_merit(self, task_type: str | None, worker: WorkerInfo) -> float:
        merit = self._records.merit(worker.id, task_type)
        if merit is not None:
            return merit
        metrics = worker.metrics
        completed = metrics.tasks_completed > 0 or metrics.average_task_duration > 0
        speed = 1 / (1 + metrics.average_task_duration) if completed else 0.5
        return 0.35 * metrics.success_rate + 0.25 * speed

    def _last_failure(self, worker: WorkerInfo) -> float:
        at = worker.metrics.last_failure_at
        last = max(
            _LONG_AGO if at is None else at,
            self._failed_at.get(worker.id, _LONG_AGO),
            self._context_failures.get(worker.id, _LONG_AGO),
        )
        self._latest_failure = max(self._latest_failure, last)
        return last

    def _take_in(self, context: DecisionContext) -> None:
        """Look at the failures of this context, where it is another than before."""
        if context.recent_failures is not self._context_failures:
            self._context_failures = context.recent_failures
            self._failures.refill()


def _merit_and_room(field: Field, merit: Column) -> Any:
    seats = field.seats
    if isinstance(seats, list):
        known, load, capacity = merit.scalar, field.pool.load.scalar, field.pool.capacity.scalar
        return [known[seat] + 0.25 + 0.15 * (1 - load[seat] / capacity[seat]) for seat in seats]
    return merit.vector[seats] + 0.25 + 0.15 * (1 - field.load / field.capacity)
