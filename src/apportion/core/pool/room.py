"""Whether more than so many workers have room for a task of one size: counted again only when it is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from apportion.core.pool.seated import Seated


class Room:
    """How many of some workers had room for ``complexity`` when they were last counted.

    A count is a pass over all of them. One change of a load moves it by at most one, so it answers for as many changes
    in the pool as it was away from the limit.

    Attributes:
        complexity: the size of the task.
    """

    __slots__ = ("_count", "_counted_at", "_pool", "_seats", "complexity")

    def __init__(self, pool: Seated, seats: NDArray[np.int64], complexity: float) -> None:
        self._pool = pool
        self._seats = seats
        self.complexity = complexity
        self._take_count()

    def exceeds(self, limit: int) -> bool:
        """Return whether more than ``limit`` have room now."""
        changes = self._pool.changes - self._counted_at
        if self._count - changes > limit:
            return True
        if self._count + changes > limit:  # in doubt
            self._take_count()
        return self._count > limit

    def _take_count(self) -> None:
        pool, seats = self._pool, self._seats
        self._counted_at = pool.changes
        fits = pool.load.vector[seats] + self.complexity <= pool.capacity.vector[seats]
        self._count = int(np.count_nonzero(fits))
