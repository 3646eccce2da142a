"""The reference: what a plain rewrite costs. One loop that filters, scores by the four factors, and keeps the best."""

from typing import NamedTuple

from apportion import TaskRequirements, WorkerInfo


class Plain(NamedTuple):
    """What the loop reads of a worker."""

    id: str
    capabilities: frozenset[str]
    capacity: float
    load: float
    open: bool
    success: float
    duration: float
    affinity: dict[str, float]


def plain(worker: WorkerInfo) -> Plain:
    """Return the worker as the loop wants it."""
    return Plain(
        worker.id,
        worker.capabilities,
        worker.max_capacity,
        worker.current_load,
        worker.status.value in {"idle", "busy"},
        worker.metrics.success_rate,
        worker.metrics.average_task_duration,
        dict(worker.affinity),
    )


def select(workers: list[Plain], task: TaskRequirements) -> Plain | None:
    """Return the best worker for the task, or None."""
    needed, complexity, kind = task.capabilities, task.complexity, task.task_type or ""
    best, best_score = None, -1.0
    for worker in workers:
        if not worker.open or not needed <= worker.capabilities:
            continue
        free = worker.capacity - worker.load
        if free < complexity:
            continue
        reliability = 1 / (1 + worker.duration / 10) - 0.5 * (1 - worker.success)
        score = (
            0.4 * free / worker.capacity
            + 0.3 * worker.success
            + 0.2 * worker.affinity.get(kind, 0.5)
            + 0.1 * (max(0, reliability))
        )
        if score > best_score:
            best, best_score = worker, score
    return best
