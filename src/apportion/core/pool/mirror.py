"""Lists of workers seen as a pool, so that lists and pools go one way and give the same picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.pool.pool import WorkerPool, require_worker
from apportion.core.pool.view import PoolView
from apportion.errors import DuplicateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apportion.model.worker import WorkerInfo


class ListMirror:
    """One pool that is made to hold whatever list comes next, by carrying over only what is different.

    Workers are immutable, so what is the same object has not changed, and comparing a list with itself is one quick
    pass.
    """

    __slots__ = ("_given", "_pool")

    def __init__(self) -> None:
        self._given: list[WorkerInfo] = []
        self._pool = WorkerPool()

    def pool_of(self, workers: Iterable[WorkerInfo]) -> WorkerPool:
        """Return ``workers`` as a pool: itself where it is one, else the mirror brought up to date.

        Raises:
            DuplicateError: two of them have one id.
            FieldTypeError: one of them is no WorkerInfo.
        """
        if isinstance(workers, WorkerPool):
            return workers
        if isinstance(workers, PoolView):
            return workers.pool
        given = list(workers)
        if not self._same(given):
            self._carry_over(given)
        self._given = given
        return self._pool

    def _same(self, given: list[WorkerInfo]) -> bool:
        """Bring the mirror up to date where the ids and their order are those of before; else answer False."""
        if len(given) != len(self._given):
            return False
        for seat, (before, after) in enumerate(zip(self._given, given, strict=True)):
            if before is not after:
                if before.id != require_worker(after).id:
                    return False
                self._given[seat] = after
                self._pool.put(self._pool.require_seat(after.id), after)
        return True

    def _carry_over(self, given: list[WorkerInfo]) -> None:
        """Let those go who are not in the list, change the others, and take in the new ones."""
        ids: set[str] = set()
        for worker in given:
            if require_worker(worker).id in ids:
                raise DuplicateError("worker", worker.id)
            ids.add(worker.id)
        pool = self._pool
        gone = [worker.id for worker in pool if worker.id not in ids]
        if 2 * len(gone) > len(pool):
            pool.hold(given)
            return
        for id in gone:
            pool.remove(id)
        for worker in given:
            seat = pool.seat(worker.id)
            if seat is None:
                pool.add(worker)
            else:
                pool.put(seat, worker)
        if any(kept.id != wanted.id for kept, wanted in zip(pool, given, strict=True)):  # in another order
            pool.hold(given)
