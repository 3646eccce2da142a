"""The two numbers by which workers are compared at one type, as columns of every pool that is chosen from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.learning.cost import Cost
from apportion.core.pool.memory import WorkerMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apportion.core.pool.column import Column
    from apportion.core.pool.seated import Followed
    from apportion.model.worker import WorkerInfo

_FIELDS = {"kind"}


class Columns:
    """Costs, lowest best: with a draw of the doubt, and as they are believed.

    Args:
        first: what a worker costs that joins a pool, or changes its kind.
        drawn, settled: id -> what workers cost when the state was saved that is gone on with.
    """

    __slots__ = ("_drawn", "_first", "_settled")

    def __init__(
        self,
        first: Callable[[WorkerInfo], Cost],
        drawn: Mapping[str, float] | None = None,
        settled: Mapping[str, float] | None = None,
    ) -> None:
        self._first = first
        self._drawn = WorkerMemory(self._first_drawn, _FIELDS, drawn)
        self._settled = WorkerMemory(self._first_settled, _FIELDS, settled)

    def column(self, pool: Followed, *, drawn: bool) -> Column:
        """Return one of the columns, with everybody in it."""
        return (self._drawn if drawn else self._settled).column(pool)

    def write(self, id: str, cost: Cost) -> None:
        """Replace what a worker costs."""
        self._drawn.write(id, cost.drawn)
        self._settled.write(id, cost.settled)

    def shift(self, id: str, by: float) -> None:
        """Add to what a worker costs."""
        self._drawn.shift(id, by)
        self._settled.shift(id, by)

    def known(self, id: str, otherwise: Callable[[], Cost]) -> Cost:
        """Return what a worker costs, filling nothing; what was never asked for is taken from ``otherwise``."""
        drawn, settled = self._drawn.known(id), self._settled.known(id)
        if drawn is not None and settled is not None:
            return Cost(drawn, settled)
        fresh = otherwise()
        return Cost(fresh.drawn if drawn is None else drawn, fresh.settled if settled is None else settled)

    def seats(self, id: str) -> bool:
        """Return whether a worker sits in any pool that was chosen from."""
        return self._drawn.seats(id) or self._settled.seats(id)

    def state(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return what everybody costs, drawn and settled, by id."""
        return self._drawn.numbers(), self._settled.numbers()

    def _first_drawn(self, worker: WorkerInfo) -> float:
        return self._first(worker).drawn

    def _first_settled(self, worker: WorkerInfo) -> float:
        return self._first(worker).settled
