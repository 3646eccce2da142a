"""Commits that a writing process makes one after the other, and what a store must hold after each.

The tests that kill such a process, or cut its power, compare what they find with a memory store after the same commits.
"""

from dataclasses import replace

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import Change, Forget, Insert, Remember, TaskFilter, TaskStore, Transition
from apportion.stores.memory import MemoryStore

QUEUED, ASSIGNED, SUCCEEDED = TaskState.QUEUED, TaskState.ASSIGNED, TaskState.SUCCEEDED

LIVES = 8
"""A task is assigned by the commit after its own, ends with the next, and is forgotten this many after its own."""


def commit_number(number: int, size: int) -> list[Change]:
    """Return the changes of one commit: ``size`` tasks for each step of a task's life, and a note of the number."""
    changes: list[Change] = [Remember("last", number)]
    for part in range(size):
        changes.append(Insert(_task(number, part)))
        if number > 1:
            queued = _task(number - 1, part)
            changes.append(Transition(_assigned(queued), QUEUED, 0))
        if number > 2:
            assigned = _assigned(_task(number - 2, part))
            changes.append(Transition(replace(assigned, state=SUCCEEDED, result="x" * 300), ASSIGNED, 1))
        if number > LIVES:
            changes.append(Forget(f"{number - LIVES:06}-{part}"))
    return changes


def _task(number: int, part: int) -> Task:
    return Task(f"{number:06}-{part}", "lint", payload={"text": "x" * (37 * part % 500)}, rank=float(-part))


def _assigned(task: Task) -> Task:
    return replace(task, state=ASSIGNED, lease=1, attempt=1, assigned_worker="quick", decision={"by": "best score"})


def contents(store: TaskStore) -> tuple[object, ...]:
    """Return all that a store holds, by each way of reading."""
    return (
        store.page(TaskFilter(), 100_000),
        store.queued("default", 100_000),
        list(store.assigned()),
        store.counts(),
        store.recall("last"),
    )


class Expected:
    """What a store must hold after each commit.

    Args:
        size: that of the commits.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._store = MemoryStore()
        self._contents = [contents(self._store)]

    def after(self, number: int) -> tuple[object, ...]:
        """Return the contents after the commit of that number; 0: of an empty store."""
        while len(self._contents) <= number:
            self._store.commit(commit_number(len(self._contents), self._size))
            self._contents.append(contents(self._store))
        return self._contents[number]
