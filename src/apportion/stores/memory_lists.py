"""Tasks in some order, each in its place; what an index is to a database."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable

from apportion.model.lifecycle import TaskState
from apportion.model.ranks import NOT_READY, PARKED
from apportion.model.task_record import Task

Position = tuple[float, str]


class Line:
    """Positions in ascending order.

    Args:
        position: of a task, or None where it does not stand in this line.
    """

    def __init__(self, position: Callable[[Task], Position | None]) -> None:
        self._position = position
        self._line: list[Position] = []

    def __bool__(self) -> bool:
        return bool(self._line)

    def add(self, task: Task) -> None:
        """Let a task stand where it belongs, if it does."""
        position = self._position(task)
        if position is not None:
            insort(self._line, position)

    def remove(self, task: Task) -> None:
        """Let a task go, as it was when it was added."""
        position = self._position(task)
        if position is not None:
            del self._line[bisect_left(self._line, position)]

    def ids(self, limit: int | None = None, after: Position | None = None) -> list[str]:
        """Return ids in order, only those behind ``after``."""
        start = 0 if after is None else bisect_right(self._line, after)
        stop = None if limit is None else start + limit
        return [id for _, id in self._line[start:stop]]

    def until(self, value: float) -> list[str]:
        """Return the ids that stand before that value."""
        return [id for _, id in self._line[: bisect_left(self._line, (value, ""))]]


def ready(task: Task) -> Position | None:
    """Return the place of a task that waits and may start."""
    return (task.rank, task.id) if task.state is TaskState.QUEUED and task.rank < NOT_READY else None


def not_ready(task: Task) -> Position | None:
    """Return the place of a task that waits and must not start yet."""
    return (task.rank, task.id) if task.state is TaskState.QUEUED and task.rank >= NOT_READY else None


def expiring(task: Task) -> Position | None:
    """Return the place of a task that waits and is given up some time."""
    return (task.expires, task.id) if task.state is TaskState.QUEUED and task.expires is not None else None


def ended(task: Task) -> Position | None:
    """Return the place of a task that has ended."""
    return (task.finished_at, task.id) if task.state.final and task.finished_at is not None else None


def parked(task: Task) -> bool:
    """Return whether a task waits for others."""
    return task.state is TaskState.QUEUED and task.rank >= PARKED
