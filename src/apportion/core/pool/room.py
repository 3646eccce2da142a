"""How many of some workers have room for a task of one size, counted once and then kept up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from apportion.core.pool.seated import Seated

_NO_MEMBER = 2


class Room:
    """The number of members that have room for ``complexity``.

    A count is a pass over all of them, so it is taken once; from then on only the seats in the pool's journal are
    looked at again.
    """

    __slots__ = ("_complexity", "_count", "_epoch", "_fits", "_pool", "_read")

    def __init__(self, pool: Seated, seats: NDArray[np.int64], complexity: float) -> None:
        pool.journal.read = True
        self._pool = pool
        self._complexity = complexity
        fits = pool.load.vector[seats] + complexity <= pool.capacity.vector[seats]
        by_seat = np.full(int(seats[-1]) + 1 if len(seats) else 0, _NO_MEMBER, dtype=np.uint8)
        by_seat[seats] = fits
        self._fits = bytearray(by_seat.tobytes())
        self._count = int(np.count_nonzero(fits))
        self._epoch = pool.journal.epoch
        self._read = len(pool.journal.entries)

    def count(self) -> int | None:
        """Return how many have room now, or None where too much has changed: then count anew."""
        journal = self._pool.journal
        if self._epoch != journal.epoch:
            return None
        entries = journal.entries
        if self._read < len(entries):
            for seat in entries[self._read :]:
                self._look_at(seat)
            self._read = len(entries)
        return self._count

    def _look_at(self, seat: int) -> None:
        fits = self._fits
        if seat >= len(fits) or fits[seat] == _NO_MEMBER:
            return
        pool = self._pool
        now = pool.load.scalar[seat] + self._complexity <= pool.capacity.scalar[seat]
        self._count += now - fits[seat]
        fits[seat] = now
