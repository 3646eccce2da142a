"""What a worker has done so far, and the metrics that follow from it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import fsum

from apportion.model.metrics import WorkerMetrics
from apportion.model.plain import Plain

KEPT = 100
"""Finished tasks that are kept and that rates and averages are taken over: memory stays bounded, and old days pass."""

PRIOR_WEIGHT = 2.0
"""How many tasks the success rate before the first task counts as: one failure in one task is 2/3, not 0."""


@dataclass(frozen=True)
class CompletedTask(Plain):
    """A task that a worker finished.

    Attributes:
        id: the task's.
        task_type: the task's type, or None.
        success: whether it succeeded.
        duration: seconds.
    """

    id: str
    task_type: str | None
    success: bool
    duration: float


class Outcomes:
    """The last tasks that a worker finished, and counts of all.

    Args:
        before: its record when it was registered; counts go on from there, and rates start from it.
    """

    def __init__(self, before: WorkerMetrics) -> None:
        self._before = before
        self._completed = before.tasks_completed
        self._failed = before.tasks_failed
        self._last_failure_at = before.last_failure_at
        self.recent: deque[CompletedTask] = deque(maxlen=KEPT)
        self._durations: deque[float | None] = deque(maxlen=KEPT)

    def add(self, done: CompletedTask, now: float) -> None:
        """Count a finished task; ``now`` in Unix seconds."""
        self.recent.append(done)
        self._durations.append(done.duration if done.success else None)
        if done.success:
            self._completed += 1
        else:
            self._failed += 1
            self._last_failure_at = now

    def metrics(self, uptime: float) -> WorkerMetrics:
        """Return the worker's metrics.

        The success rate is (successes + 2 * rate before) / (tasks + 2) over the window. The average duration is that of
        the window's successes, for a task that failed quickly was not done quickly.

        Args:
            uptime: seconds since it was registered.
        """
        durations = [duration for duration in self._durations if duration is not None]
        successes = len(durations) + PRIOR_WEIGHT * self._before.success_rate
        return WorkerMetrics(
            success_rate=successes / (len(self.recent) + PRIOR_WEIGHT),
            average_task_duration=fsum(durations) / len(durations) if durations else self._before.average_task_duration,
            tasks_completed=self._completed,
            tasks_failed=self._failed,
            last_failure_at=self._last_failure_at,
            uptime=max(0.0, self._before.uptime + uptime),
        )
