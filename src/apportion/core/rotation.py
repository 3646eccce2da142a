"""Whose turn it is: the worker that was chosen longest ago; those never chosen come first, in the order given."""

from __future__ import annotations

from collections import OrderedDict
from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING, Any

from apportion.core.pool.memory import WorkerMemory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apportion.core.candidates import Candidates
    from apportion.core.field import Field
    from apportion.core.pool.members import Members
    from apportion.core.pool.pool import WorkerPool
    from apportion.model.worker import WorkerInfo

_LEAST_KEPT = 32_768
_MOST_QUEUES = 64
_MOST_FULL = 64


class Rotation:
    """Turns of workers, by id. A worker whose turn was dropped counts as never chosen: its turn comes first.

    Turns are kept for twice as many workers as were seen at once, so dropping the oldest never skips anybody.
    """

    __slots__ = ("_count", "_kept", "_memory", "_queues", "_turns")

    def __init__(self) -> None:
        self._count = 0.0
        self._kept = _LEAST_KEPT
        self._turns: OrderedDict[str, float] = OrderedDict()
        self._memory = WorkerMemory(self._turn)
        self._queues: OrderedDict[int, tuple[Members, int, list[tuple[float, int]]]] = OrderedDict()

    def note(self, pool: WorkerPool, seat: int, id: str) -> None:
        """Tell that a worker was chosen."""
        self._count = count = self._count + 1.0
        turns = self._turns
        turns[id] = count
        turns.move_to_end(id)
        self._memory.set(pool, seat, id, count)
        if len(turns) > self._kept:
            self._kept = max(self._kept, 2 * len(pool))
            if len(turns) > self._kept:
                gone, _ = turns.popitem(last=False)
                self._memory.write(gone, 0.0)

    def oldest(self, field: Field) -> int | None:
        """Return the seat of a field whose turn it is, or None where it is empty."""
        seats = field.seats
        if len(seats) <= 1:
            return int(seats[0]) if len(seats) else None
        turns = self._memory.column(field.pool)
        if isinstance(seats, list):
            return min(seats, key=turns.scalar.__getitem__)
        return int(seats[turns.vector[seats].argmin()])

    def highest(self, field: Field, values: Any) -> int:
        """Return the place in the field of the highest value; among equals it is whose turn it is."""
        seats = field.seats
        if isinstance(seats, list):
            best = max(values)
            place: int = values.index(best)
            if values.count(best) == 1:
                return place
            turns = self._memory.column(field.pool).scalar
            equal = [place for place, value in enumerate(values) if value == best]
            return min(equal, key=lambda place: turns[seats[place]])
        tied = (values == values[values.argmax()]).nonzero()[0]
        if len(tied) == 1:
            return int(tied[0])
        return int(tied[self._memory.column(field.pool).vector[seats[tied]].argmin()])

    def oldest_of(self, candidates: Candidates) -> int | None:
        """Return the seat whose turn it is, exactly, in a crowd too."""
        crowd = candidates.crowd
        if crowd is None:
            field = candidates.considered([])
            seat = self.oldest(field)
            if seat is None or not field.unchecked or candidates.may_take(seat):  # most often it has room
                return seat
            return self.oldest(candidates.everyone())
        turns = self._memory.column(candidates.pool).scalar
        queue = self._queue(crowd, candidates.pool)
        full: list[tuple[float, int]] = []
        chosen = -1
        while queue and len(full) < _MOST_FULL:
            turn, seat = queue[0]
            if turns[seat] != turn:  # it was chosen meanwhile: its place is further back
                heapreplace(queue, (turns[seat], seat))
            elif candidates.may_take(seat):
                chosen = seat
                break
            else:
                full.append(heappop(queue))
        for entry in full:
            heappush(queue, entry)
        return chosen if chosen >= 0 else self.oldest(candidates.everyone())

    def state(self) -> list[str]:
        """Return whose turns are kept, longest ago first."""
        return list(self._turns)

    def restore(self, ids: Iterable[str]) -> None:
        """Take over what `state` gave."""
        self._count = 0.0
        self._turns.clear()
        for id in ids:
            self._count += 1.0
            self._turns[id] = self._count
        self._queues.clear()
        self._memory.refill()

    def _queue(self, crowd: Members, pool: WorkerPool) -> list[tuple[float, int]]:
        """Return the crowd as a heap of (turn, seat). Turns only grow: entries that lag behind are put right late."""
        kept = self._queues.get(id(crowd))
        if kept is not None and kept[0] is crowd and kept[1] == crowd.version:
            self._queues.move_to_end(id(crowd))
            return kept[2]
        turns = self._memory.column(pool).vector[crowd.vector()].tolist()
        queue = list(zip(turns, crowd.seats, strict=True))
        heapify(queue)
        self._queues[id(crowd)] = (crowd, crowd.version, queue)
        if len(self._queues) > _MOST_QUEUES:
            self._queues.popitem(last=False)
        return queue

    def _turn(self, worker: WorkerInfo) -> float:
        return self._turns.get(worker.id, 0.0)
