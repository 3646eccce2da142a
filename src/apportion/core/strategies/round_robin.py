"""`round-robin`: everyone in turn. For tasks that are all alike, on workers that are all alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.rotation import Rotation
from apportion.core.strategies.base import SeatStrategy

if TYPE_CHECKING:
    from apportion.core.candidates import Candidates
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements


class RoundRobinStrategy(SeatStrategy):
    """The eligible worker that was chosen longest ago; never chosen first, in the order given.

    Over a fixed set of n, every n consecutive picks are n different workers, and a set that changes starves nobody.
    Exact at any size: the costs are those of a heap, O(log n).

    Args:
        rotation: turns that are shared with other strategies; None: its own.
    """

    name = "round-robin"
    samples = False

    def __init__(self, rotation: Rotation | None = None) -> None:
        super().__init__()
        self._rotation = rotation or Rotation()

    def choose(self, task: TaskRequirements, candidates: Candidates, context: DecisionContext) -> int | None:
        """Return the seat whose turn it is, or None where nobody has room."""
        return self._rotation.oldest_of(candidates)

    def chosen(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> None:
        """Move the worker to the end of the line."""
        self._rotation.note(candidates.pool, seat, candidates.pool.at(seat).id)
