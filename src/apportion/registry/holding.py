"""The tasks that a worker holds, and the load that they make."""

from __future__ import annotations

from math import fsum
from typing import NamedTuple

from apportion.model.task import QueuedTask


class Held(NamedTuple):
    """A task, and since when (Unix seconds) its worker has held it."""

    task: QueuedTask
    since: float


class Holding:
    """The tasks that one worker holds, by id.

    Attributes:
        load: the sum of their complexity. Where sizes are no whole numbers it is summed anew rather than subtracted
            from, so it is never off by the rounding of what has come and gone.
    """

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self.load: float = 0

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._held

    def __len__(self) -> int:
        return len(self._held)

    def tasks(self) -> list[QueuedTask]:
        """Return the tasks, in the order in which they came."""
        return [held.task for held in self._held.values()]

    def add(self, task: QueuedTask, now: float) -> None:
        """Take a task that is not held."""
        self._held[task.id] = Held(task, now)
        self._change(task.requirements.complexity)

    def remove(self, task_id: str) -> Held:
        """Give back a task that is held."""
        held = self._held.pop(task_id)
        self._change(-held.task.requirements.complexity)
        return held

    def clear(self) -> list[QueuedTask]:
        """Give back everything."""
        tasks = self.tasks()
        self._held.clear()
        self.load = 0
        return tasks

    def _change(self, amount: float) -> None:
        whole = amount == int(amount) and self.load == int(self.load)
        self.load = (
            self.load + amount if whole else fsum(held.task.requirements.complexity for held in self._held.values())
        )
