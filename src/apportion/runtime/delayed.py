"""Tasks that must not start yet (backoff, delay, ``not_before``); those that are due soonest are in memory."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from apportion.model.ranks import NOT_READY
from apportion.model.task_record import Task
from apportion.runtime.instructions import LoadFront, Position
from apportion.runtime.lane import Place
from apportion.runtime.unread import Unread

_START: Position = (NOT_READY, "")


class Delayed:
    """The delayed tasks in memory.

    Args:
        limit: how many there may be.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.tasks: dict[str, Task] = {}
        self._line: list[Place] = []
        self.unread = Unread()
        self._loading: LoadFront | None = None
        self._left: set[str] = set()

    def add(self, task: Task) -> bool:
        """Keep a task until it is due; False: it has to be read from the store by then."""
        if self.unread.hides(task.rank):
            self.unread.note((task.rank, ""))
            return False
        self.tasks[task.id] = task
        insort(self._line, place_of(task))
        if len(self._line) <= self._limit:
            return True
        last = self._line.pop()
        self.unread.note((last.rank, ""))
        del self.tasks[last.task_id]
        return last.task_id != task.id

    def remove(self, task_id: str) -> Task | None:
        """Let a task go."""
        if self._loading is not None:
            self._left.add(task_id)
        task = self.tasks.pop(task_id, None)
        if task is not None:
            del self._line[bisect_left(self._line, place_of(task))]
        return task

    def next_load(self, room: int) -> LoadFront | None:
        """Return what is to be read from the store now, if anything; ``room``: tasks that memory still holds."""
        if self._loading is not None or self.unread.after is None or room < 1 or len(self.tasks) > self._limit // 2:
            return None
        self.unread.begin()
        self._loading = LoadFront(self.unread.after, max(2, self._limit // 8))
        return self._loading

    def loaded(self, tasks: Iterable[Task], end: Position | None) -> list[Task]:
        """Take in what was read, and return those that are now kept."""
        load, self._loading = self._loading, None
        left, self._left = self._left, set()
        if load is None:
            return []
        self.unread.advance(load.after, end)
        return [task for task in tasks if task.id not in self.tasks and task.id not in left and self.add(task)]

    @property
    def loading(self) -> bool:
        """Whether the store is being read for this."""
        return self._loading is not None

    def read_everything(self) -> None:
        """Take nothing for granted: whatever the store holds may be waiting for its time."""
        self.unread.note(_START)


def place_of(task: Task) -> Place:
    """Return where a task stands in the store's queue."""
    return Place(task.rank, task.id)
