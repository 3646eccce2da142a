"""What is, at one moment, as figures: gauges are read when somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from apportion.metrics import table
from apportion.metrics.meter import Labels
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.worker import WorkerInfo

if TYPE_CHECKING:
    from apportion.service.exposition import Readings
    from apportion.service.service_distributor import ServiceDistributor

MOST_WORKERS = 200
"""Workers with series of their own; a fleet of thousands would cost whoever collects them more than it tells."""

Series = Iterator[tuple[Labels, float]]


def read(distributor: ServiceDistributor) -> Readings:
    """Return what every gauge shows now."""
    workers = sorted(distributor.shown_workers(), key=lambda worker: worker.id)
    listed = workers[:MOST_WORKERS]
    return {
        table.TASKS: _tasks(distributor),
        table.WORKERS: _by_status(workers),
        table.CAPACITY: _capacity(workers),
        table.WORKER_LOAD: (((worker.id,), worker.current_load) for worker in listed),
        table.WORKER_USE: (((worker.id,), _use(worker)) for worker in listed),
        table.WORKERS_UNLISTED: [((), float(len(workers) - len(listed)))],
        table.WEIGHTS: _weights(distributor),
        table.RECOMMENDATIONS: _recommendations(distributor),
    }


def _tasks(distributor: ServiceDistributor) -> Series:
    queued, held = distributor.waiting_and_held()
    yield ("queued",), queued
    yield ("assigned",), held


def _by_status(workers: Sequence[WorkerInfo]) -> Series:
    for status, count in sorted(Counter(worker.status.value for worker in workers).items()):
        yield (status,), count


def _capacity(workers: Sequence[WorkerInfo]) -> Series:
    yield ("total",), sum(worker.max_capacity for worker in workers)
    yield ("used",), sum(worker.current_load for worker in workers)


def _use(worker: WorkerInfo) -> float:
    return worker.current_load / worker.max_capacity if worker.max_capacity else 0.0


def _weights(distributor: ServiceDistributor) -> Series:
    adaptive = distributor.balancer.adaptive
    for strategy, weight in sorted((adaptive.get_weights() if adaptive is not None else {}).items()):
        yield (strategy,), weight


def _recommendations(distributor: ServiceDistributor) -> Series:
    for kind, count in sorted(Counter(map(_kind, distributor.recommendations())).items()):
        yield (kind,), count


def _kind(advice: RebalanceRecommendation) -> str:
    if advice.to_worker is None:
        return "add workers"
    return "relieve worker" if advice.task_id is None else "move task"
