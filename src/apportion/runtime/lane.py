"""Waiting tasks of one shape: whoever may take one may take any, so their order is their rank."""

from __future__ import annotations

from bisect import bisect_left, insort
from math import inf
from typing import NamedTuple

from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.task_record import Task
from apportion.runtime.unread import Unread


class Place(NamedTuple):
    """Where a task stands in its lane."""

    rank: float
    task_id: str


class Lane:
    """The line of one shape.

    Attributes:
        requirements: the shape: what each of its tasks needs, whom a retry avoids included.
        line: the tasks in memory, in the order in which they start.
        blocked: nobody who can take them has room; nothing changes that but room.
        unread: those that are in the store only.
        has_hope, hope_known_until: whether anybody who is there could ever take such a task; asked again at that time.
        aged: the requirements with the priority that the last one looked at has gained by waiting.
    """

    __slots__ = ("aged", "blocked", "has_hope", "hope_known_until", "line", "requirements", "unread")

    def __init__(self, requirements: TaskRequirements) -> None:
        self.requirements = requirements
        self.line: list[Place] = []
        self.blocked = False
        self.unread = Unread()
        self.aged: TaskRequirements | None = None
        self.has_hope = False
        self.hope_known_until = -inf

    def add(self, place: Place) -> None:
        """Let a task stand in line."""
        if not self.line or self.line[-1] < place:
            self.line.append(place)
        else:
            insort(self.line, place)

    def remove(self, place: Place) -> None:
        """Let a task go, wherever it stands."""
        index = bisect_left(self.line, place)
        if index < len(self.line) and self.line[index] == place:
            del self.line[index]


class Waiting:
    """A task in memory that may start.

    Attributes:
        task: its record.
        lane: where it stands.
        place: where exactly.
        queued: the task as the planner is shown it.
        expires: steady seconds until which it waits for a worker.
    """

    __slots__ = ("expires", "lane", "place", "queued", "task")

    def __init__(self, task: Task, lane: Lane, rank: float) -> None:
        self.task = task
        self.lane = lane
        self.place = Place(rank, task.id)
        self.expires = inf
        self.queued = QueuedTask(task.id, lane.requirements)
