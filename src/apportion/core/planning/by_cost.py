"""A plan's preference for low expected time to a success, by what was learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from apportion.core.planning.preference import Preference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apportion.core.learning.learner import Learner
    from apportion.core.planning.preference import Vector
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo


def by_cost(learner: Learner, name: str) -> Preference:
    """Return how a plan likes each worker: minus its expected time to a success, relative to the type's best.

    Args:
        learner: what was learned.
        name: the strategy's whose preference it is.
    """
    found: dict[tuple[str | None, bool], Vector] = {}  # a plan asks once a shape, and beliefs differ by these alone
    seen: list[Sequence[WorkerInfo]] = []

    def values(task: TaskRequirements, workers: Sequence[WorkerInfo]) -> Vector:
        if not seen or seen[0] is not workers:
            seen[:] = [workers]
            found.clear()
        key = (task.task_type, task.explore)
        if key not in found:
            found[key] = _relative_costs(learner, task, workers)
        return found[key]

    return Preference(values, learner.crowding.per_unit, name)


def _relative_costs(learner: Learner, task: TaskRequirements, workers: Sequence[WorkerInfo]) -> Vector:
    """Return minus each worker's expected time to a success, as a multiple of the best one's."""
    found = zip(workers, learner.planned(workers, task.task_type, explore=task.explore), strict=True)
    now = (cost + learner.crowding.added_for(worker) for worker, cost in found)
    costs: Vector = np.fromiter(now, dtype=np.float64, count=len(workers))
    return -np.exp(np.clip(costs - costs.min(), 0.0, 30.0)) if len(costs) else costs
