"""The shape of a strategy that gives each worker a value and takes the highest."""

from __future__ import annotations

from abc import abstractmethod
from math import inf
from typing import TYPE_CHECKING, Any

from apportion.core.best_known import BestKnown
from apportion.core.rotation import Rotation
from apportion.core.strategies.base import SeatStrategy

if TYPE_CHECKING:
    from apportion.core.candidates import Candidates
    from apportion.core.field import Field
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements

_TRIES = 4


class ScoredStrategy(SeatStrategy):
    """The candidate with the highest value; ties go to the one chosen longest ago.

    Args:
        rotation: turns that are shared with other strategies; None: its own.
    """

    def __init__(self, rotation: Rotation | None = None) -> None:
        super().__init__()
        self._rotation = rotation or Rotation()
        self._known = BestKnown()

    @abstractmethod
    def values(self, task: TaskRequirements, field: Field, context: DecisionContext) -> Any:
        """Return a value for each worker of the field, higher is better: a list or an array, as its seats are."""

    def choose(self, task: TaskRequirements, candidates: Candidates, context: DecisionContext) -> int | None:
        """Return the seat with the highest value, or None where nobody has room."""
        crowd = candidates.crowd
        field = candidates.considered(self._known.of(crowd) if crowd is not None else [])
        if not field.unchecked:
            return self._highest(task, field, context)
        values, seats = self.values(task, field, context), field.seats
        for _ in range(_TRIES):  # only the best is asked for room: most often it has it
            place = self._rotation.highest(field, values)
            seat = int(seats[place])
            if candidates.may_take(seat):
                return seat
            values[place] = -inf
        return self._highest(task, candidates.everyone(), context)

    def _highest(self, task: TaskRequirements, field: Field, context: DecisionContext) -> int | None:
        seats = field.seats
        if len(seats) <= 1:
            return int(seats[0]) if len(seats) else None
        return int(seats[self._rotation.highest(field, self.values(task, field, context))])

    def chosen(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> None:
        """Remember the turn, and in a crowd the winner."""
        pool = candidates.pool
        self._rotation.note(pool, seat, pool.at(seat).id)
        if candidates.crowd is not None:
            self._known.note(candidates.crowd, seat)
