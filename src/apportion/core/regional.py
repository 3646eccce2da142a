"""`RegionalLoadBalancer`: near before far."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from apportion import validation
from apportion.core.balancer import LoadBalancer
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


class RegionalLoadBalancer(LoadBalancer):
    """A load balancer that can be told where a task would best run."""

    def select_worker_by_region(
        self, task: TaskRequirements, workers: Iterable[WorkerInfo], preferred_region: str
    ) -> WorkerInfo | None:
        """Return a worker of the preferred region if anyone in it may take the task, else of the nearest that has one.

        A region is as near as its nearest worker (lowest ``latency``; unknown latency: farthest), whether or not that
        worker may take the task: how far a region is does not change with who is busy. Equally near regions are tried
        in the order in which they are first met. Workers without a region are one region of their own, tried last of
        the equally near. Within a region the current strategy decides.

        Args:
            task: what is needed.
            workers: the workers as they are now.
            preferred_region: where it would best run.

        Returns:
            None where nobody in any region may take the task now.

        Raises:
            FieldError, FieldTypeError: ``preferred_region`` is empty or no string, or task or worker of the wrong type.
        """
        validation.text("preferred_region", preferred_region)
        regions: dict[str | None, list[WorkerInfo]] = {}
        for worker in workers:
            regions.setdefault(worker.region, []).append(worker)
        for region in sorted(regions, key=lambda region: _distance(region, regions[region], preferred_region)):
            chosen = self.select_worker(task, regions[region])
            if chosen is not None:
                return chosen
        return None


def _distance(region: str | None, workers: Iterable[WorkerInfo], preferred: str) -> tuple[bool, float, bool]:
    """Return how far a region is, the preferred one before all others."""
    latency = min(inf if worker.latency is None else worker.latency for worker in workers)
    return (region != preferred, latency, region is None)
