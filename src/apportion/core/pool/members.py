"""The workers that may take tasks of one shape when they have room."""

from __future__ import annotations

from bisect import bisect_left, insort
from math import frexp
from typing import TYPE_CHECKING

import numpy as np

from apportion.core.pool.room import Room
from apportion.core.scoring import satisfied_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from apportion.core.pool.seated import Seated
    from apportion.model.task import TaskRequirements

_REMEMBERED_SIZES = 16


class Members:
    """Seats of one shape, in the order of adding, kept up to date as workers join, change and leave.

    Attributes:
        task: a task of this shape, asked again about workers that change.
        seats: the seats, ascending, which is the order of adding.
        version: how many times somebody has joined or left.
    """

    __slots__ = ("_pool", "_rooms", "_shares", "_vector", "_widest", "seats", "task", "version")

    def __init__(self, pool: Seated, task: TaskRequirements, seats: list[int]) -> None:
        self._pool = pool
        self.task = task
        self.seats = seats
        self.version = 0
        self._vector: NDArray[np.int64] | None = None
        self._rooms: dict[float, Room] = {}
        self._widest: Room | None = None  # of those with room enough, the one for the largest size
        self._shares: NDArray[np.float64] | None = None

    def __contains__(self, seat: int) -> bool:
        place = bisect_left(self.seats, seat)
        return place < len(self.seats) and self.seats[place] == seat

    def set(self, seat: int, belongs: bool) -> None:
        """Take a seat in or out, or hear that what its worker is like has changed."""
        self._shares = None
        if belongs == (seat in self):
            return
        if belongs:
            insort(self.seats, seat)
        else:
            del self.seats[bisect_left(self.seats, seat)]
        self.version += 1
        self._vector = self._widest = None
        self._rooms.clear()

    def vector(self) -> NDArray[np.int64]:
        """Return the seats as an array."""
        if self._vector is None:
            self._vector = np.array(self.seats, dtype=np.int64)
        return self._vector

    def satisfied_shares(self) -> NDArray[np.float64]:
        """Return for each member the share of the shape's preferred constraints that it satisfies, by weight."""
        if self._shares is None:
            workers = map(self._pool.at, self.seats)
            self._shares = np.array([satisfied_share(self.task, worker) for worker in workers])
        return self._shares

    def more_with_room_than(self, limit: int, complexity: float) -> bool:
        """Return whether more than ``limit`` members have room for a task of this size.

        Who has room for a larger task has room for a smaller one, so most often the count for the largest size that
        was asked for answers for all, and else that for the next power of two for all sizes below it.
        """
        widest = self._widest
        if widest is not None and widest.complexity >= complexity:
            if widest.exceeds(limit):
                return True
            widest = self._widest = None
        mantissa, exponent = frexp(complexity)
        for size in (2.0**exponent, complexity) if mantissa > 0.5 else (complexity,):
            room = self._room(size)
            if room.exceeds(limit):
                if widest is None or widest.complexity < size:
                    self._widest = room
                return True
        return False

    def _room(self, complexity: float) -> Room:
        room = self._rooms.get(complexity)
        if room is None:
            if len(self._rooms) >= _REMEMBERED_SIZES:
                self._rooms.clear()
            room = self._rooms[complexity] = Room(self._pool, self.vector(), complexity)
        return room
