"""A number remembered for each worker, kept by id and mirrored as a column in every pool that asks."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING
from weakref import ReferenceType, ref

from apportion.core.pool.column import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from apportion.core.pool.seated import Followed, Seated
    from apportion.model.worker import WorkerInfo


class _Mirror:
    """The column of one pool.

    Attributes:
        pool: whose it is.
        column: the numbers by seat.
        stale: seats whose number has to be asked for before the column is read.
        left: id -> number of those who have left since the column was last read, and as what. Who is back by then
            never left, as far as whoever is handed a list can tell.
    """

    __slots__ = ("column", "left", "pool", "stale")

    def __init__(self, pool: Followed) -> None:
        self.pool: ReferenceType[Followed] = ref(pool)
        self.column = Column()
        self.stale: set[int] = set()
        self.left: dict[str, tuple[float, WorkerInfo]] = {}


class WorkerMemory:
    """What a strategy knows of each worker as one number.

    Numbers are asked for when the column is next read, not when a worker joins or changes: whoever follows what a pool
    does, and whoever is handed a list now and then, so read the same numbers.

    Args:
        fill: what is known of a worker that has joined a pool, or has changed.
        fields: what of a worker ``fill`` looks at, beside its id.
        kept: id -> number, where it is known and need not be asked for.
    """

    __slots__ = ("__weakref__", "_fields", "_fill", "_kept", "_mirror", "_mirrors", "_pool")

    def __init__(
        self,
        fill: Callable[[WorkerInfo], float],
        fields: Iterable[str] = (),
        kept: Mapping[str, float] | None = None,
    ) -> None:
        self._fill = fill
        self._fields = frozenset(fields)
        self._kept = dict(kept or {})
        self._mirrors: list[_Mirror] = []
        self._pool: Followed | None = None  # the last pool asked for, so that the usual case is one comparison
        self._mirror: _Mirror | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> WorkerMemory:
        """Copy as a memory of the same numbers, mirrored in no pool yet."""
        return type(self)(deepcopy(self._fill, memo), self._fields, self.numbers())

    def column(self, pool: Followed) -> Column:
        """Return the column of this memory in ``pool``, up to date."""
        mirror = self._mirror
        if pool is not self._pool or mirror is None:
            mirror = self._mirror = self._find(pool) or self._attach(pool)
            self._pool = pool
        if mirror.stale or mirror.left:
            self._ask(pool, mirror)
        return mirror.column

    def write(self, id: str, value: float) -> None:
        """Set the number of one worker in every pool that it is in."""
        if self._kept and id in self._kept:
            self._kept[id] = value
        mirror, pool = self._mirror, self._pool
        if len(self._mirrors) == 1 and mirror is not None and pool is not None:  # the usual case
            seat = pool.seat(id)
            if seat is not None and seat not in mirror.stale:
                mirror.column.scalar[seat] = value
            elif id in mirror.left:
                mirror.left[id] = value, mirror.left[id][1]
            return
        for mirror in self._mirrors:
            seat = _seat(mirror, id)
            if seat is not None:
                mirror.column.scalar[seat] = value
            elif id in mirror.left:
                mirror.left[id] = value, mirror.left[id][1]

    def set(self, pool: Followed, seat: int, id: str, value: float) -> None:
        """Set the number of a worker whose seat in one of the pools is known."""
        mirror = self._mirror
        usual = mirror is not None and pool is self._pool and len(self._mirrors) == 1 and not mirror.stale
        if usual and not self._kept and mirror is not None:
            mirror.column.scalar[seat] = value
        else:
            self.write(id, value)

    def shift(self, id: str, by: float) -> None:
        """Add to the number of one worker in every pool that it is in."""
        if id in self._kept:
            self._kept[id] += by
        for mirror in self._mirrors:
            seat = _seat(mirror, id)
            if seat is not None:
                mirror.column.scalar[seat] += by
            elif id in mirror.left:
                mirror.left[id] = mirror.left[id][0] + by, mirror.left[id][1]

    def seats(self, id: str) -> bool:
        """Return whether a worker sits in any pool that this memory is mirrored in."""
        if self._pool is not None and self._pool.seat(id) is not None:
            return True
        return any(pool is not None and pool.seat(id) is not None for pool in (each.pool() for each in self._mirrors))

    def known(self, id: str) -> float | None:
        """Return the number of a worker in any pool, or None where it has not been asked for."""
        for mirror in self._mirrors:
            seat = _seat(mirror, id)
            if seat is not None:
                return mirror.column.scalar[seat]
        return self._kept.get(id)

    def numbers(self) -> dict[str, float]:
        """Return id -> number for everybody in the last pool asked for, and all that is kept."""
        found = dict(self._kept)
        if self._pool is not None and self._mirror is not None:
            stale, numbers = self._mirror.stale, self._mirror.column.scalar
            found.update((worker.id, numbers[seat]) for seat, worker in self._pool.seated() if seat not in stale)
        return found

    def joined(self, pool: Seated, seat: int) -> None:
        """Hear that a worker has joined ``pool``."""
        mirror = self._find(pool)
        if mirror is not None:
            mirror.stale.add(seat)

    def changed(self, pool: Seated, seat: int, fields: Collection[str]) -> None:
        """Hear that these fields of a worker have changed."""
        if not self._fields.isdisjoint(fields):
            self._kept.pop(pool.at(seat).id, None)
            self.joined(pool, seat)

    def left(self, pool: Seated, seat: int, worker: WorkerInfo) -> None:
        """Hear that the worker of a seat has left ``pool``."""
        mirror = self._find(pool)
        if mirror is None:
            return
        if seat in mirror.stale:
            mirror.stale.discard(seat)
        else:
            mirror.left[worker.id] = mirror.column.scalar[seat], worker

    def reseated(self, pool: Seated, before: Mapping[str, int]) -> None:
        """Hear that all seats of ``pool`` were given out anew: numbers move with their workers."""
        mirror = self._find(pool)
        if mirror is None:
            return
        stale, numbers = mirror.stale, mirror.column.scalar
        mirror.stale, mirror.column = set(), Column()
        for seat, worker in pool.seated():
            was = before.get(worker.id)
            if was is None or was in stale:
                mirror.stale.add(seat)
            else:
                mirror.column.put(seat, numbers[was])

    def refill(self) -> None:
        """Start over in every pool, after what ``fill`` says has changed for all."""
        self._kept.clear()
        for mirror in self._mirrors:
            mirror.left.clear()
            pool = mirror.pool()
            if pool is not None:
                mirror.stale = {seat for seat, _ in pool.seated()}

    def _ask(self, pool: Followed, mirror: _Mirror) -> None:
        """Ask for the numbers that are missing, in the order of the seats."""
        for seat in sorted(mirror.stale):
            worker = pool.at(seat)
            kept = self._back_again(mirror, worker)
            mirror.column.put(seat, self._fill(worker) if kept is None else kept)
        mirror.stale.clear()
        mirror.left.clear()

    def _back_again(self, mirror: _Mirror, worker: WorkerInfo) -> float | None:
        """Return what was known of a worker that left and is back, as it was in all that matters; or what is kept."""
        number, then = mirror.left.get(worker.id, (0.0, None))
        if then is not None and all(getattr(then, field) == getattr(worker, field) for field in self._fields):
            return number
        return self._kept.get(worker.id)

    def _find(self, pool: Seated) -> _Mirror | None:
        for mirror in self._mirrors:
            if mirror.pool() is pool:
                return mirror
        return None

    def _attach(self, pool: Followed) -> _Mirror:
        mirror = _Mirror(pool)
        self._mirrors = [each for each in self._mirrors if each.pool() is not None]  # not those that are gone
        self._mirrors.append(mirror)
        pool.follow(self)
        mirror.stale = {seat for seat, _ in pool.seated()}
        return mirror


def _seat(mirror: _Mirror, id: str) -> int | None:
    """Return the seat of a worker whose number in this column is up to date."""
    pool = mirror.pool()
    seat = None if pool is None else pool.seat(id)
    return None if seat in mirror.stale else seat
