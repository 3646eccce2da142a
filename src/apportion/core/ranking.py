"""How every worker does for one task: its score, and what turns it down."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING

from apportion.core.refusals import Refusals
from apportion.core.rules import codes, rejections
from apportion.core.scoring import factors, score
from apportion.core.steps import slices
from apportion.model.score import WorkerScore
from apportion.model.worker import WorkerStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apportion.core.pool.pool import WorkerPool
    from apportion.core.rules.custom import CustomRule
    from apportion.core.scoring import ScoreWeights
    from apportion.core.steps import Steps
    from apportion.model.context import BalancingContext
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo

_PASSING = {"insufficient-capacity", "anti-affinity", "custom"}
"""Rules that say nothing of whether a worker is a member of the task's shape."""


class Ranking:
    """The workers as one task sees them.

    Args:
        task: what is needed.
        context: what is known of the past.
        weights: of the four factors.
        rules: the user's own rules of eligibility.

    Attributes:
        workers: those that were looked at, in the order of the pool.
        suitable: ids of those that could take such tasks when they have room.
        refusals: what turns the others down.
    """

    def __init__(
        self, task: TaskRequirements, context: BalancingContext, weights: ScoreWeights, rules: Sequence[CustomRule]
    ) -> None:
        self._task = task
        self._context = context
        self._weights = weights
        self._rules = rules
        self._places: list[tuple[bool, float, int]] = []
        self.workers: list[WorkerInfo] = []
        self.suitable: list[str] = []
        self.refusals = Refusals(task)

    def __len__(self) -> int:
        """Return how many of those that were looked at are not offline."""
        return len(self._places)

    def look(self, pool: WorkerPool, seen: Callable[[WorkerInfo], WorkerInfo] | None = None) -> Steps[None]:
        """Look at everybody once; ``seen``: turns a worker of the pool into what is to be looked at."""
        for some in slices(pool.ids()):
            for id in some:
                worker = pool.get(id)
                if worker is not None:  # it may have left since the first step
                    self._judge(worker if seen is None else seen(worker))
            yield

    def _judge(self, worker: WorkerInfo) -> None:
        task = self._task
        failed = codes(task, worker, self._rules)
        if failed:
            self.refusals.add(worker, failed)
        if worker.max_capacity > 0 and _PASSING.issuperset(failed):
            self.suitable.append(worker.id)
        if worker.status is not WorkerStatus.OFFLINE:
            total = self._weights.combine(*factors(task, worker, self._context))
            self._places.append((bool(failed), -total, len(self.workers)))
        self.workers.append(worker)

    def best(self, most: int | None = None) -> list[WorkerScore]:
        """Return those that are not offline, up to so many: the eligible first, best first, then the others."""
        found = sorted(self._places) if most is None else nsmallest(most, self._places)
        return [self._scored(self.workers[place]) for _, _, place in found]

    def _scored(self, worker: WorkerInfo) -> WorkerScore:
        scored = score(self._task, worker, self._context, self._weights)
        reasons = rejections(self._task, worker, self._rules)
        return WorkerScore(worker, scored.total, scored.breakdown, not reasons, reasons)
