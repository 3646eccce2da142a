"""`WorkerPool`: the same workers, kept ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from sys import float_info
from typing import TYPE_CHECKING, Any, overload
from weakref import WeakSet

from apportion import validation
from apportion.core.pool.column import Column
from apportion.core.pool.difference import LOAD, RULED, differences
from apportion.core.pool.shapes import Shapes
from apportion.core.rendezvous import fingerprints
from apportion.errors import DuplicateError, FieldTypeError, UnknownWorkerError
from apportion.model.worker import WorkerInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from apportion.core.pool.members import Members
    from apportion.core.pool.seated import Follower
    from apportion.model.task import TaskRequirements

_TOLERATED_HOLES = 64
_NOTHING = 1e-9
"""Share of a capacity that is no load: far above what rounding leaves, far below any real task."""


class WorkerPool(Sequence[WorkerInfo]):
    """A sequence of workers, in the order of adding, that keeps itself indexed between calls.

    Not for several threads at once: `WorkerRegistry` is that.

    Args:
        workers: whom to begin with.

    Raises:
        DuplicateError: two of them have one id.
        FieldTypeError: one of them is no WorkerInfo.
    """

    def __init__(self, workers: Iterable[WorkerInfo] = ()) -> None:
        self._seats: dict[str, int] = {}
        self._infos: list[WorkerInfo | None] = []
        self._order: list[int] | None = None
        self._followers: WeakSet[Follower] = WeakSet()
        self._shapes = Shapes(self)
        self._fingerprints = fingerprints([])
        self.load = Column()
        self.capacity = Column()
        self.changes = 0
        for worker in workers:
            self.add(worker)

    # --- the sequence -----------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._seats)

    def __iter__(self) -> Iterator[WorkerInfo]:
        return iter([self.at(seat) for seat in self._seats.values()])  # so that the pool may be changed meanwhile

    @overload
    def __getitem__(self, index: int) -> WorkerInfo: ...
    @overload
    def __getitem__(self, index: slice) -> list[WorkerInfo]: ...
    def __getitem__(self, index: int | slice) -> WorkerInfo | list[WorkerInfo]:
        if self._order is None:
            self._order = list(self._seats.values())
        if isinstance(index, slice):
            return [self.at(seat) for seat in self._order[index]]
        return self.at(self._order[index])

    def __contains__(self, worker: object) -> bool:
        return isinstance(worker, WorkerInfo) and self.get(worker.id) == worker

    def __repr__(self) -> str:
        return f"WorkerPool({len(self)} workers)"

    def __reduce__(self) -> tuple[type[WorkerPool], tuple[list[WorkerInfo]]]:
        """Copy and pickle as a pool of the same workers; who follows this one does not follow the copy."""
        return type(self), (list(self),)

    # --- what callers do --------------------------------------------------------------------------------------------

    def add(self, worker: WorkerInfo) -> None:
        """Take in a worker, at the end of the order.

        Raises:
            DuplicateError: its id is in the pool; `update` changes one that is.
            FieldTypeError: it is no WorkerInfo.
        """
        require_worker(worker)
        if worker.id in self._seats:
            raise DuplicateError("worker", worker.id)
        seat = len(self._infos)
        self._seats[worker.id] = seat
        self._infos.append(worker)
        if self._order is not None:
            self._order.append(seat)
        self._write(seat, worker)
        for follower in list(self._followers):
            follower.joined(self, seat)
        self._shapes.joined(seat, worker)

    def remove(self, id: str) -> None:
        """Let a worker go.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        seat = self.require_seat(id)
        gone = self.at(seat)
        del self._seats[id]
        self._order = None
        self._infos[seat] = None
        for follower in list(self._followers):
            follower.left(self, seat, gone)
        self._shapes.left(seat, gone)
        if len(self._infos) > 2 * len(self._seats) + _TOLERATED_HOLES:
            self.hold(list(self))  # closes the holes that removed workers left

    def get(self, id: str) -> WorkerInfo | None:
        """Return the worker as it is now, or None."""
        seat = self._seats.get(id)
        return None if seat is None else self.at(seat)

    def update(self, id: str, **changes: Any) -> None:
        """Change fields of a worker (not its id).

        Raises:
            UnknownWorkerError: no worker has that id.
            FieldError, FieldTypeError: a field that does not exist, or a value that is not allowed.
        """
        seat = self.require_seat(id)
        self.put(seat, self.at(seat).replace(**changes))

    def reserve(self, id: str, amount: float) -> bool:
        """Book capacity: all of ``amount``, or nothing. Looks at capacity alone, never at the status.

        Returns:
            False when it does not fit.

        Raises:
            UnknownWorkerError: no worker has that id.
            FieldError, FieldTypeError: ``amount`` is no number >= 0.
        """
        seat = self.require_seat(id)
        if (type(amount) is not int and type(amount) is not float) or not 0 <= amount <= _LARGEST:
            amount = validation.number("amount", amount, least=0)
        load = self.load.scalar
        booked = load[seat] + amount
        if booked > self.capacity.scalar[seat]:
            return False
        load[seat] = booked
        self.changes += 1
        return True

    def release(self, id: str, amount: float) -> None:
        """Give capacity back; the load never goes below 0, and a billionth of the capacity counts as nothing.

        Raises:
            UnknownWorkerError: no worker has that id.
            FieldError, FieldTypeError: ``amount`` is no number >= 0.
        """
        seat = self.require_seat(id)
        if (type(amount) is not int and type(amount) is not float) or not 0 <= amount <= _LARGEST:
            amount = validation.number("amount", amount, least=0)
        load = self.load.scalar
        left = load[seat] - amount
        # What adding and taking away fractions leaves of nothing (1e-16 or so) would keep a whole task out for ever.
        load[seat] = left if left > _NOTHING * self.capacity.scalar[seat] else 0.0
        self.changes += 1

    def load_of(self, id: str) -> float:
        """Return what a worker holds, in units of complexity.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        return self.load.scalar[self.require_seat(id)]

    def ids(self) -> list[str]:
        """Return the ids of all workers, in the order of adding."""
        return list(self._seats)

    # --- what the core does -----------------------------------------------------------------------------------------

    def seat(self, id: str) -> int | None:
        """Return the seat of a worker, or None. Seats ascend in the order of adding; removing may renumber them."""
        return self._seats.get(id)

    def seated(self) -> Iterator[tuple[int, WorkerInfo]]:
        """Return seats and workers, in the order of adding."""
        return ((seat, self.at(seat)) for seat in self._seats.values())

    def at(self, seat: int) -> WorkerInfo:
        """Return the worker of a seat as it is now. Its snapshot is made anew only when its load has changed."""
        info = self._infos[seat]
        assert info is not None, "a seat is asked for only while its worker is there"
        load = self.load.scalar[seat]
        if info.current_load != load:
            info = self._infos[seat] = info.with_load(_plain(load))
        return info

    def put(self, seat: int, worker: WorkerInfo) -> None:
        """Replace the worker of a seat by a newer snapshot of the same worker."""
        before = self.at(seat)
        self._infos[seat] = worker
        different = differences(before, worker)
        self._write(seat, worker)
        if different <= LOAD:
            return
        for follower in list(self._followers):
            follower.changed(self, seat, different)
        if different & RULED:
            self._shapes.changed(seat, before, worker)

    def hold(self, workers: list[WorkerInfo]) -> None:
        """Hold these workers and no others, on seats that are given out anew."""
        seats, infos = self._seats, self._infos
        self._infos = list(workers)
        self._seats = {worker.id: seat for seat, worker in enumerate(workers)}
        self._order = None
        for seat, worker in enumerate(workers):
            self.load.put(seat, worker.current_load)
            self.capacity.put(seat, worker.max_capacity)
        self._fingerprints = fingerprints([])
        self._shapes.start_over()
        for follower in list(self._followers):
            follower.reseated(self, seats)
        for seat, worker in enumerate(workers):
            before = infos[seats[worker.id]] if worker.id in seats else None
            if before is not None and before is not worker:
                for follower in list(self._followers):
                    follower.changed(self, seat, differences(before, worker))

    def members(self, task: TaskRequirements) -> Members:
        """Return those who may take tasks of this shape when they have room."""
        return self._shapes.members(task)

    def fingerprints(self) -> NDArray[np.uint64]:
        """Return for each seat the fingerprint of its worker's id, for rendezvous hashing."""
        if len(self._fingerprints) != len(self._infos):
            self._fingerprints = fingerprints(["" if info is None else info.id for info in self._infos])
        return self._fingerprints

    def follow(self, follower: Follower) -> None:
        """Tell ``follower`` of everyone who joins or changes, for as long as it exists."""
        self._followers.add(follower)

    def require_seat(self, id: str) -> int:
        """Return the seat of a worker.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        seat = self._seats.get(id)
        if seat is None:
            raise UnknownWorkerError(id)
        return seat

    def _write(self, seat: int, worker: WorkerInfo) -> None:
        self.load.put(seat, worker.current_load)
        self.capacity.put(seat, worker.max_capacity)
        self.changes += 1


_LARGEST = float_info.max


def require_worker(worker: object) -> WorkerInfo:
    """Return ``worker`` if it is one.

    Raises:
        FieldTypeError: it is something else.
    """
    if not isinstance(worker, WorkerInfo):
        raise FieldTypeError(
            "workers (each)", f"must be a WorkerInfo, not {worker!r}; WorkerInfo.from_dict reads a dict"
        )
    return worker


def _plain(load: float) -> float:
    """Return a whole load as an int, as it was most likely given."""
    return int(load) if load.is_integer() else load
