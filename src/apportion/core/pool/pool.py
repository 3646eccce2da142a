"""`WorkerPool`: the same workers, kept ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload
from weakref import WeakSet

from apportion import validation
from apportion.core.pool.column import Column
from apportion.core.pool.shapes import Shapes
from apportion.core.rendezvous import fingerprints
from apportion.errors import DuplicateError, FieldError, FieldTypeError, UnknownWorkerError
from apportion.model.worker import WorkerInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from apportion.core.pool.memory import WorkerMemory
    from apportion.core.pool.members import Members
    from apportion.model.task import TaskRequirements

_TOLERATED_HOLES = 64


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
        self._followers: WeakSet[WorkerMemory] = WeakSet()
        self._shapes = Shapes(self)
        self._fingerprints = fingerprints([])
        self.load = Column()
        self.capacity = Column()
        self.changes = 0
        """How many times room may have become less; see `Members.surely_more_than`."""
        self.generation = 0
        """How many times anything but a load has changed."""
        for worker in workers:
            self.add(worker)

    # --- the sequence -----------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._seats)

    def __iter__(self) -> Iterator[WorkerInfo]:
        return (self.at(seat) for seat in list(self._seats.values()))

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
        self._shapes.joined(seat, worker)

    def remove(self, id: str) -> None:
        """Let a worker go.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        seat = self.require_seat(id)
        del self._seats[id]
        self._order = None
        gone = self._infos[seat]
        self._infos[seat] = None
        self.generation += 1
        self.changes += 1
        self._shapes.left(seat, gone)
        if len(self._infos) > 2 * len(self._seats) + _TOLERATED_HOLES:
            self._reseat()

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
        if changes.get("id", id) != id:
            raise FieldError(
                "WorkerInfo.id", f"cannot be changed ({id!r} to {changes['id']!r}); remove and add the worker"
            )
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
        if type(amount) is not int and type(amount) is not float or not 0 <= amount < _INFINITE:
            amount = validation.number("amount", amount, least=0)
        load = self.load.scalar
        booked = load[seat] + amount
        if booked > self.capacity.scalar[seat]:
            return False
        load[seat] = booked
        self.changes += 1
        return True

    def release(self, id: str, amount: float) -> None:
        """Give capacity back; the load never goes below 0.

        Raises:
            UnknownWorkerError: no worker has that id.
            FieldError, FieldTypeError: ``amount`` is no number >= 0.
        """
        seat = self.require_seat(id)
        if type(amount) is not int and type(amount) is not float or not 0 <= amount < _INFINITE:
            amount = validation.number("amount", amount, least=0)
        load = self.load.scalar
        left = load[seat] - amount
        load[seat] = left if left > 0 else 0.0

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
        self.changes += 1
        if only_load_differs(before, worker):
            self.load.scalar[seat] = worker.current_load
            return
        self._write(seat, worker)
        self._shapes.changed(seat, before, worker)

    def members(self, task: TaskRequirements) -> Members:
        """Return those who may take tasks of this shape when they have room."""
        return self._shapes.members(task)

    def fingerprints(self) -> NDArray[np.uint64]:
        """Return for each seat the fingerprint of its worker's id, for rendezvous hashing."""
        if len(self._fingerprints) != len(self._infos):
            self._fingerprints = fingerprints(["" if info is None else info.id for info in self._infos])
        return self._fingerprints

    def follow(self, memory: WorkerMemory) -> None:
        """Tell ``memory`` of everyone who joins or changes."""
        self._followers.add(memory)

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
        self.generation += 1
        for memory in list(self._followers):
            memory.joined(self, seat, worker)

    def _reseat(self) -> None:
        """Close the holes that removed workers left, keeping the order."""
        workers = list(self)
        self._infos = list(workers)
        self._seats = {worker.id: seat for seat, worker in enumerate(workers)}
        for seat, worker in enumerate(workers):
            self.load.put(seat, worker.current_load)
            self.capacity.put(seat, worker.max_capacity)
        self._shapes.forget()
        self._fingerprints = fingerprints([])
        for memory in list(self._followers):
            memory.reseated(self)


_INFINITE = float("inf")


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


def only_load_differs(before: WorkerInfo, after: WorkerInfo) -> bool:
    """Return whether two snapshots of one worker are equal but for the load."""
    then, now = before.__dict__, after.__dict__
    return all(now[name] == value for name, value in then.items() if name != "current_load")


def _plain(load: float) -> float:
    """Return a whole load as an int, as it was most likely given."""
    return int(load) if load.is_integer() else load
