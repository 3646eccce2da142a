"""The guide's distribution by priority."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from apportion.core.given import require_tasks
from apportion.core.pool.pool import WorkerPool
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


class Chooser(Protocol):
    """A load balancer, as far as it is needed here."""

    def select_worker(self, task: TaskRequirements, workers: Iterable[WorkerInfo], /) -> WorkerInfo | None:
        """Return the worker that should have the task, or None."""
        ...


def distribute_tasks(
    tasks: Iterable[TaskRequirements], workers: Iterable[WorkerInfo], balancer: Chooser
) -> dict[str, list[TaskRequirements]]:
    """Place tasks one by one, higher priority first and else in their order, spending capacity as they are placed.

    Unlike ``balancer.reorder_queue`` this picks: turns and credit count, as they do when tasks are placed for good.
    The caller's workers are not touched.

    Args:
        tasks: what is to be placed.
        workers: the workers as they are now.
        balancer: who decides.

    Returns:
        Worker id -> its tasks, in the order in which they were placed; what nobody can take now is in no list.

    Raises:
        FieldTypeError: a task or worker is of the wrong type.
        DuplicateError: two workers have one id.
        StrategyError: a strategy of the user's own raised, or chose a worker that it was not given.
    """
    spent = WorkerPool(workers)
    placed: dict[str, list[TaskRequirements]] = {}
    for task in sorted(require_tasks(tasks), key=lambda task: -task.priority):
        worker = balancer.select_worker(task, spent)
        if worker is not None and spent.reserve(worker.id, task.complexity):
            placed.setdefault(worker.id, []).append(task)
    return placed
