"""All shapes of tasks that a pool has lately been asked for, each with its members."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from apportion.core.pool.members import Members
from apportion.core.pool.shape import Shape, shape_of
from apportion.core.rules import suitable
from apportion.model.task import TaskRequirements

if TYPE_CHECKING:
    from apportion.core.pool.seated import Seated
    from apportion.model.worker import WorkerInfo

_MOST_SHAPES = 2048
_MOST_SEATS = 1 << 20
"""Bounds on what is kept, whatever is asked: lists of seats of 8 bytes each, 8 MiB in all."""


class Shapes:
    """Shape -> members, least recently used first."""

    __slots__ = ("_choosy", "_kept", "_pool")

    def __init__(self, pool: Seated) -> None:
        self._pool = pool
        self._kept: OrderedDict[Shape, Members] = OrderedDict()
        self._choosy = 0

    def members(self, task: TaskRequirements) -> Members:
        """Return the members for a task's shape, found on first use."""
        shape = shape_of(task, self._choosy > 0)
        members = self._kept.get(shape)
        if members is None:
            return self._find(shape, task)
        self._kept.move_to_end(shape)
        return members

    def joined(self, seat: int, worker: WorkerInfo) -> None:
        """Take a new worker into the shapes that it fits."""
        if worker.task_types is not None:
            self._choosy += 1
            if self._choosy == 1:
                self._kept.clear()
        self._recheck(seat, worker)

    def changed(self, seat: int, before: WorkerInfo, after: WorkerInfo) -> None:
        """Move a worker between shapes after one of the fields has changed that rules look at."""
        was, now = before.task_types is not None, after.task_types is not None
        self._choosy += now - was
        if was != now:
            self._kept.clear()
        self._recheck(seat, after)

    def left(self, seat: int, worker: WorkerInfo) -> None:
        """Take a worker out of all shapes."""
        if worker.task_types is not None:
            self._choosy -= 1
        for members in self._kept.values():
            members.set(seat, belongs=False)

    def start_over(self) -> None:
        """Drop everything after the seats were given out anew; shapes are found again when they are asked for."""
        self._choosy = sum(worker.task_types is not None for _, worker in self._pool.seated())
        self._kept.clear()

    def _recheck(self, seat: int, worker: WorkerInfo) -> None:
        for members in self._kept.values():
            members.set(seat, belongs=_belongs(members.task, worker))

    def _find(self, shape: Shape, task: TaskRequirements) -> Members:
        bare = TaskRequirements(shape[0], task_type=shape[1], constraints=task.constraints)
        seats = [seat for seat, worker in self._pool.seated() if _belongs(bare, worker)]
        members = self._kept[shape] = Members(self._pool, bare, seats)
        held = sum(len(each.seats) for each in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > _MOST_SHAPES or held > _MOST_SEATS):
            _, dropped = self._kept.popitem(last=False)
            held -= len(dropped.seats)
        return members


def _belongs(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker may take such tasks when it has room; no capacity is never room."""
    return task.capabilities <= worker.capabilities and worker.max_capacity > 0 and suitable(task, worker)
