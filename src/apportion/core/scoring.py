"""How well a worker suits a task: four factors, each 0..1, and their weighted mean.

Every factor is absolute, so it can be computed for one worker alone, and 0.5 where it has nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from apportion import validation
from apportion.errors import FieldError
from apportion.model.context import BalancingContext
from apportion.model.metrics import WorkerMetrics
from apportion.model.plain import Plain
from apportion.model.score import ScoreBreakdown
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

NEUTRAL_AFFINITY = 0.5
HISTORY_BONUS = 0.2
PREFERRED_BONUS = 0.3
CONSTRAINT_BONUS = 0.3
ANTI_AFFINITY_PENALTY = 0.5

F = TypeVar("F", float, NDArray[np.float64])

DURATION_SCALE = 10.0
"""Seconds: a worker whose tasks take this long on average has half the speed part of reliability."""

FAILURE_PENALTY = 0.5


@dataclass(frozen=True)
class ScoreWeights(Plain):
    """How much each factor counts. They are relative: a score is their weighted mean, so it stays within 0..1.

    Attributes:
        capacity: of free capacity.
        performance: of the success rate.
        affinity: of affinity.
        reliability: of speed and failures.

    Raises:
        FieldError: one is negative or not finite, or all are 0.
        FieldTypeError: one is no number.
    """

    capacity: float = 0.4
    performance: float = 0.3
    affinity: float = 0.2
    reliability: float = 0.1

    def __post_init__(self) -> None:
        for name in self.field_names():
            self.__dict__[name] = validation.number(f"ScoreWeights.{name}", getattr(self, name), least=0)
        total = self.capacity + self.performance + self.affinity + self.reliability
        if total == 0:
            raise FieldError("ScoreWeights", "at least one weight must be greater than 0")
        # The defaults add up to 1 but for the last bit; dividing by that would smear it over every score.
        self.__dict__["total"] = 1.0 if isclose(total, 1.0, rel_tol=1e-12) else total

    @property
    def _total(self) -> float:
        return self.__dict__["total"]  # type: ignore[no-any-return]

    def combine(self, capacity: F, performance: F, affinity: F, reliability: F) -> F:
        """Return the weighted mean of the four factors, 0..1; of arrays, element by element."""
        weighted = (
            self.capacity * capacity
            + self.performance * performance
            + self.affinity * affinity
            + self.reliability * reliability
        )
        return weighted if self._total == 1 else weighted / self._total


class Scored(NamedTuple):
    """A score, and the factors that it is made of."""

    total: float
    breakdown: ScoreBreakdown


DEFAULT_WEIGHTS = ScoreWeights()


def score(
    task: TaskRequirements, worker: WorkerInfo, context: BalancingContext, weights: ScoreWeights = DEFAULT_WEIGHTS
) -> Scored:
    """Return how well the worker suits the task: 0..1, higher is better. Whether it is eligible plays no part."""
    found = factors(task, worker, context)
    return Scored(weights.combine(*found), ScoreBreakdown(*found))


def factors(task: TaskRequirements, worker: WorkerInfo, context: BalancingContext) -> tuple[float, float, float, float]:
    """Return the four factors: capacity, performance, affinity, reliability."""
    metrics = worker.metrics
    return (
        capacity_score(worker),
        metrics.success_rate,
        affinity_score(task, worker, context),
        reliability_score(metrics),
    )


def capacity_score(worker: WorkerInfo) -> float:
    """Return the free share of the worker's capacity: 0 at capacity 0, and never below 0."""
    return worker.free_capacity / worker.max_capacity if worker.max_capacity else 0.0


def reliability_score(metrics: WorkerMetrics) -> float:
    """Return ``1 / (1 + average duration / 10 s) - 0.5 * failure rate``, clamped to 0..1."""
    speed = 1 / (1 + metrics.average_task_duration / DURATION_SCALE)
    return clamp(speed - FAILURE_PENALTY * metrics.failure_rate)


def affinity_score(task: TaskRequirements, worker: WorkerInfo, context: BalancingContext) -> float:
    """Return how well task and worker belong together, clamped to 0..1; 0.5 with no history and no rule."""
    affinity = type_affinity(task.task_type, worker, context)
    if is_preferred(task, worker, context):
        affinity += PREFERRED_BONUS
    if task.constraints:
        affinity += CONSTRAINT_BONUS * satisfied_share(task, worker)
    if worker.id in task.anti_affinity:
        affinity -= ANTI_AFFINITY_PENALTY
    return clamp(affinity)


def type_affinity(task_type: str | None, worker: WorkerInfo, context: BalancingContext) -> float:
    """Return what the worker says of the type, or else 0.5 and up to 0.2 for the type's share of its history."""
    if task_type is None:
        return NEUTRAL_AFFINITY
    stated = worker.affinity.get(task_type)
    if stated is not None:
        return stated
    history = context.task_history.get(worker.id)
    if not history:
        return NEUTRAL_AFFINITY
    return NEUTRAL_AFFINITY + HISTORY_BONUS * history.count(task_type) / len(history)


def is_preferred(task: TaskRequirements, worker: WorkerInfo, context: BalancingContext) -> bool:
    """Return whether the task's affinity or the rules for its type name the worker."""
    if worker.id in task.affinity:
        return True
    return task.task_type is not None and worker.id in context.affinity_rules.get(task.task_type, ())


def satisfied_share(task: TaskRequirements, worker: WorkerInfo) -> float:
    """Return the share, by weight, of the preferred constraints that hold; 0 where there are none."""
    wanted = satisfied = 0.0
    for each in task.constraints:
        if each.weight is not None:
            wanted += each.weight
            satisfied += each.weight if each.holds(worker.labels) else 0.0
    return satisfied / wanted if wanted else 0.0


def clamp(value: float) -> float:
    """Return the value, brought to 0..1."""
    return min(1.0, max(0.0, value))
