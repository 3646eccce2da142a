"""The score as a preference, for every strategy that has none of its own: `core.scoring` for all workers at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apportion.core.planning.preference import Preference, Vector
from apportion.core.scoring import (
    ANTI_AFFINITY_PENALTY,
    CONSTRAINT_BONUS,
    PREFERRED_BONUS,
    ScoreWeights,
    capacity_score,
    is_preferred,
    reliability_score,
    satisfied_share,
    type_affinity,
)
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def by_score(context: BalancingContext, weights: ScoreWeights) -> Preference:
    """Return the preference whose values are the scores of ``core.scoring.score``, and fall as it falls with load."""
    table = _ScoreTable(context, weights)
    return Preference(table.values, table.crowding, "score")


class _ScoreTable:
    """Scores for one list of workers after the other; what does not depend on the task is computed once a list."""

    def __init__(self, context: BalancingContext, weights: ScoreWeights) -> None:
        self._context = context
        self._weights = weights
        self._workers: Sequence[WorkerInfo] | None = None
        self._capacity = self._performance = self._reliability = np.zeros(0)
        self._seats: dict[str, int] = {}
        self._by_type: dict[str | None, Vector] = {}

    def values(self, task: TaskRequirements, workers: Sequence[WorkerInfo]) -> Vector:
        """Return each worker's score."""
        if workers is not self._workers:
            self._read(workers)
        affinity = self._affinity(task, workers)
        return self._weights.combine(self._capacity, self._performance, affinity, self._reliability)

    def crowding(self, workers: Sequence[WorkerInfo]) -> Vector:
        """Return what a unit of load costs: the capacity factor falls by 1 / capacity."""
        capacity = np.array([worker.max_capacity for worker in workers], dtype=np.float64)
        per_unit = np.divide(1.0, capacity, out=np.zeros(len(workers)), where=capacity > 0)
        nothing = np.zeros(len(workers))
        return self._weights.combine(per_unit, nothing, nothing, nothing)

    def _read(self, workers: Sequence[WorkerInfo]) -> None:
        self._workers = workers
        self._by_type.clear()
        self._seats = {worker.id: seat for seat, worker in enumerate(workers)}
        self._capacity = np.array([capacity_score(worker) for worker in workers], dtype=np.float64)
        self._performance = np.array([worker.metrics.success_rate for worker in workers], dtype=np.float64)
        self._reliability = np.array([reliability_score(worker.metrics) for worker in workers], dtype=np.float64)

    def _affinity(self, task: TaskRequirements, workers: Sequence[WorkerInfo]) -> Vector:
        of_type = self._by_type.get(task.task_type)
        if of_type is None:
            found = [type_affinity(task.task_type, worker, self._context) for worker in workers]
            of_type = self._by_type[task.task_type] = np.array(found, dtype=np.float64)
        rules = self._context.affinity_rules.get(task.task_type or "", frozenset[str]())
        special = task.affinity | task.anti_affinity | rules
        if not special and not task.constraints:
            return of_type
        affinity = of_type.copy()
        for id in special:
            seat = self._seats.get(id)
            if seat is not None:
                affinity[seat] += PREFERRED_BONUS if is_preferred(task, workers[seat], self._context) else 0.0
                affinity[seat] -= ANTI_AFFINITY_PENALTY if id in task.anti_affinity else 0.0
        if any(each.weight is not None for each in task.constraints):
            affinity += CONSTRAINT_BONUS * np.array([satisfied_share(task, worker) for worker in workers])
        return affinity.clip(0.0, 1.0)
