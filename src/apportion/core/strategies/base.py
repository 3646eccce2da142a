"""What the built-in strategies share: they choose a seat by columns, and remember only what was really chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from apportion.clock import fresh_random, wall_clock
from apportion.core.candidates import Candidates
from apportion.core.field import field_of
from apportion.core.pool.mirror import ListMirror
from apportion.model.context import BalancingContext, DecisionContext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apportion.clock import Random
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo


class SeatStrategy(ABC):
    """A strategy that works on columns.

    ``choose`` decides and changes nothing (it may draw from the random source); ``chosen`` is told what came of it. So
    a decision can be explained, and a vote asked for, without anything being remembered.
    """

    name: ClassVar[str]
    samples: ClassVar[bool] = True
    """Whether it weighs a sample of a crowd; False: everyone, however many."""

    def __init__(self) -> None:
        self._mirror = ListMirror()
        self._chance: Random | None = None

    @abstractmethod
    def choose(self, task: TaskRequirements, candidates: Candidates, context: DecisionContext) -> int | None:
        """Return the seat of one of the candidates, or None where none suits (the built-in ones always choose)."""

    @abstractmethod
    def chosen(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> None:
        """Remember that this seat was given the task."""

    def select_worker(
        self, task: TaskRequirements, workers: Iterable[WorkerInfo], context: BalancingContext | None = None
    ) -> WorkerInfo | None:
        """Return one of ``workers``, all of which may take the task, or None where there are none."""
        pool = self._mirror.pool_of(workers)
        if not len(pool):
            return None
        decision = self.moment(context)
        everyone = field_of(pool, [seat for seat, _ in pool.seated()])
        candidates = Candidates(pool, task.complexity, decision.rng, listed=everyone)
        seat = self.choose(task, candidates, decision)
        if seat is None:
            return None
        self.chosen(task, candidates, seat, decision)
        return pool.at(seat)

    def moment(self, context: BalancingContext | None) -> DecisionContext:
        """Return the context with a moment and a random source, where a strategy is used without a balancer."""
        if isinstance(context, DecisionContext):
            return context
        if self._chance is None:
            self._chance = fresh_random()
        return DecisionContext(context or BalancingContext(), wall_clock(), self._chance)
