"""A number remembered for each worker, kept by id and mirrored as a column in every pool that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from weakref import ReferenceType, ref

from apportion.core.pool.column import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apportion.model.worker import WorkerInfo


class Seated(Protocol):
    """What a memory needs of a pool."""

    def seat(self, id: str) -> int | None:
        """Return the seat of a worker, or None."""
        ...

    def seated(self) -> Iterator[tuple[int, WorkerInfo]]:
        """Return seats and workers in the order of adding."""
        ...

    def follow(self, memory: WorkerMemory) -> None:
        """Tell ``memory`` of everyone who joins or changes."""
        ...


class WorkerMemory:
    """What a strategy knows of each worker as one number.

    Args:
        fill: what is known of a worker when it joins a pool, or when its own values change.
    """

    __slots__ = ("__weakref__", "_column", "_fill", "_mirrors", "_pool")

    def __init__(self, fill: Callable[[WorkerInfo], float]) -> None:
        self._fill = fill
        self._mirrors: list[tuple[ReferenceType[Seated], Column]] = []
        self._pool: Seated | None = None  # the last pool asked for, so that the usual case is one comparison
        self._column = Column(1)

    def column(self, pool: Seated) -> Column:
        """Return the column of this memory in ``pool``, filled on first use."""
        if pool is not self._pool:
            self._column = self._find(pool) or self._attach(pool)
            self._pool = pool
        return self._column

    def write(self, id: str, value: float) -> None:
        """Set the number of one worker in every pool that it is in."""
        for reference, column in self._mirrors:
            pool = reference()
            seat = pool.seat(id) if pool is not None else None
            if seat is not None:
                column.scalar[seat] = value

    def set(self, pool: Seated, seat: int, id: str, value: float) -> None:
        """Set the number of a worker whose seat in one of the pools is known."""
        if pool is self._pool and len(self._mirrors) == 1:  # the usual case
            self._column.scalar[seat] = value
        else:
            self.write(id, value)

    def shift(self, id: str, by: float) -> None:
        """Add to the number of one worker in every pool that it is in."""
        for reference, column in self._mirrors:
            pool = reference()
            seat = pool.seat(id) if pool is not None else None
            if seat is not None:
                column.scalar[seat] += by

    def seats(self, id: str) -> bool:
        """Return whether a worker sits in any pool that this memory is mirrored in."""
        return any(pool is not None and pool.seat(id) is not None for pool in (mirror[0]() for mirror in self._mirrors))

    def joined(self, pool: Seated, seat: int, worker: WorkerInfo) -> None:
        """Take in a worker that has joined ``pool``, or whose own values have changed."""
        column = self._find(pool)
        if column is not None:
            column.put(seat, self._fill(worker))

    def reseated(self, pool: Seated) -> None:
        """Start over after the seats of ``pool`` were given out anew."""
        for seat, worker in pool.seated():
            self.joined(pool, seat, worker)

    def refill(self) -> None:
        """Start over in every pool, after what ``fill`` says has changed for all."""
        for reference, _ in list(self._mirrors):
            pool = reference()
            if pool is not None:
                self.reseated(pool)

    def _find(self, pool: Seated) -> Column | None:
        for reference, column in self._mirrors:
            if reference() is pool:
                return column
        return None

    def _attach(self, pool: Seated) -> Column:
        column = Column()
        self._mirrors = [mirror for mirror in self._mirrors if mirror[0]() is not None]  # pools that are gone
        self._mirrors.append((ref(pool), column))
        pool.follow(self)
        self.reseated(pool)
        return column
