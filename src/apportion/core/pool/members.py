"""The workers that may take tasks of one shape when they have room."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

import numpy as np

from apportion.core.scoring import satisfied_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from apportion.core.pool.pool import WorkerPool
    from apportion.model.task import TaskRequirements

_REMEMBERED_SIZES = 64


class Members:
    """Seats of one shape, in the order of adding, kept up to date as workers join, change and leave.

    Attributes:
        task: a task of this shape, asked again about workers that change.
        seats: the seats, ascending, which is the order of adding.
    """

    __slots__ = ("_pool", "_room_until", "_shares", "_shares_of", "_vector", "seats", "task")

    def __init__(self, pool: WorkerPool, task: TaskRequirements, seats: list[int]) -> None:
        self._pool = pool
        self.task = task
        self.seats = seats
        self._vector: NDArray[np.int64] | None = None
        self._room_until: dict[float, int] = {}
        self._shares: NDArray[np.float64] = np.empty(0)
        self._shares_of = -1  # the pool's generation when they were computed

    def __contains__(self, seat: int) -> bool:
        place = bisect_left(self.seats, seat)
        return place < len(self.seats) and self.seats[place] == seat

    def set(self, seat: int, belongs: bool) -> None:
        """Take a seat in or out."""
        if belongs == (seat in self):
            return
        if belongs:
            insort(self.seats, seat)
        else:
            del self.seats[bisect_left(self.seats, seat)]
        self._vector = None
        self._room_until.clear()

    def vector(self) -> NDArray[np.int64]:
        """Return the seats as an array."""
        if self._vector is None:
            self._vector = np.array(self.seats, dtype=np.int64)
        return self._vector

    def satisfied_shares(self) -> NDArray[np.float64]:
        """Return for each member the share of the shape's preferred constraints that it satisfies, by weight."""
        if self._shares_of != self._pool.generation:
            workers = map(self._pool.at, self.seats)
            self._shares = np.array([satisfied_share(self.task, worker) for worker in workers])
            self._shares_of = self._pool.generation
        return self._shares

    def surely_more_than(self, limit: int, complexity: float) -> bool:
        """Return whether certainly more than ``limit`` members have room; False may also mean "hardly more".

        Counting costs a pass over all members, so what was counted is trusted for as long as it must hold: each change
        of the pool takes room from one worker at most, so a surplus of n lasts for n changes.
        """
        until = self._room_until.get(complexity)
        if until is not None and self._pool.changes < until:
            return True
        count = self._count_room(complexity)
        if count <= 2 * limit:
            return False
        if len(self._room_until) >= _REMEMBERED_SIZES:
            self._room_until.clear()
        self._room_until[complexity] = self._pool.changes + count - limit
        return True

    def _count_room(self, complexity: float) -> int:
        seats = self.vector()
        load, capacity = self._pool.load.vector[seats], self._pool.capacity.vector[seats]
        return int(np.count_nonzero(load + complexity <= capacity))
