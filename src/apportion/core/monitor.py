"""`LoadBalancerMonitor`: how often and how quickly a balancer finds somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypedDict

from apportion.clock import stopwatch
from apportion.core.balancer import LoadBalancer
from apportion.core.window import Window
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

KEPT = 1000
"""Times that the percentiles are taken over, so that they tell how it is now, and memory stays bounded."""


class MonitorMetrics(TypedDict):
    """What the monitor has counted; times in seconds.

    Counts and the average are of all calls, the percentiles of the last thousand.
    """

    total_assignments: int
    successful_assignments: int
    failed_assignments: int
    average_assignment_time: float
    p50_assignment_time: float
    p99_assignment_time: float
    success_rate: float


class LoadBalancerMonitor:
    """Counts and times the assignments that go through it.

    Args:
        balancer: who decides.
        timer: returns seconds that never go back.
    """

    def __init__(self, balancer: LoadBalancer, *, timer: Callable[[], float] = stopwatch) -> None:
        self._balancer = balancer
        self._timer = timer
        self._successful = 0
        self._failed = 0
        self._seconds = 0.0
        self._times = Window(KEPT)

    def monitored_assignment(self, task: TaskRequirements, workers: Iterable[WorkerInfo]) -> WorkerInfo | None:
        """Return what ``balancer.select_worker`` returns, and count it; None counts as failed.

        Raises:
            Whatever ``select_worker`` raises; such a call is not counted.
        """
        start = self._timer()
        worker = self._balancer.select_worker(task, workers)
        elapsed = self._timer() - start
        self._seconds += elapsed
        self._times.add(elapsed)
        if worker is None:
            self._failed += 1
        else:
            self._successful += 1
        return worker

    def get_metrics(self) -> MonitorMetrics:
        """Return the counts and times so far; all 0 before the first assignment."""
        total = self._successful + self._failed
        p50, p99 = self._times.percentiles(0.5, 0.99)
        return {
            "total_assignments": total,
            "successful_assignments": self._successful,
            "failed_assignments": self._failed,
            "average_assignment_time": self._seconds / total if total else 0.0,
            "p50_assignment_time": p50,
            "p99_assignment_time": p99,
            "success_rate": self._successful / total if total else 0.0,
        }
