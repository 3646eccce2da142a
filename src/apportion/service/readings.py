"""What is, at one moment, as figures: gauges are read when somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from apportion.core.rebalance.overload import detect_overload
from apportion.metrics import table
from apportion.metrics.meter import MOST_VALUES, Labels
from apportion.model.worker import WorkerInfo
from apportion.service.exposition import Readings
from apportion.service.overview.breakdown import Breakdown
from apportion.service.service_distributor import ServiceDistributor

MOST_WORKERS = 200
"""Workers with series of their own; a fleet of thousands would cost whoever collects them more than it tells."""

Series = Iterator[tuple[Labels, float]]


def read(distributor: ServiceDistributor, queue: Breakdown, now: float) -> Readings:
    """Return what every gauge shows at the Unix time ``now``."""
    workers = sorted(distributor.shown_workers(), key=lambda worker: worker.id)
    listed = workers[:MOST_WORKERS]
    return {
        table.TASKS: _tasks(distributor),
        table.QUEUE_DEPTH: (((share.name,), float(share.waiting)) for share in queue.by_type(MOST_VALUES)),
        table.QUEUE_AGE: _ages(distributor, now),
        table.WORKERS: _by_status(workers),
        table.CAPACITY: _capacity(workers),
        table.WORKER_LOAD: (((worker.id,), worker.current_load) for worker in listed),
        table.WORKER_USE: (((worker.id,), _use(worker)) for worker in listed),
        table.WORKERS_UNLISTED: [((), float(len(workers) - len(listed)))],
        table.WEIGHTS: _weights(distributor),
        table.RECOMMENDATIONS: _overload(distributor, workers),
    }


def _tasks(distributor: ServiceDistributor) -> Series:
    queued, held = distributor.waiting_and_held()
    yield ("queued",), queued
    yield ("assigned",), held


def _ages(distributor: ServiceDistributor, now: float) -> Series:
    """Of the front of the queue, where the longest waiting are: waiting counts as much as priority there."""
    oldest: dict[str, float] = {}
    for lane in distributor.lanes():
        since = distributor.waiting_since(lane)
        if since is not None:
            kind = lane.requirements.task_type or ""
            oldest[kind] = min(since, oldest.get(kind, since))
    for kind in sorted(oldest)[:MOST_VALUES]:
        yield (kind,), max(0.0, now - oldest[kind])


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


def _overload(distributor: ServiceDistributor, workers: Sequence[WorkerInfo]) -> Series:
    """Of overload alone: what could move where takes far longer to find out, and who collects comes often."""
    kinds = Counter(
        "add workers" if advice.to_worker is None else "relieve worker"
        for advice in detect_overload(workers, distributor.balancer.context.load_threshold)
    )
    for kind, count in sorted(kinds.items()):
        yield (kind,), count
