"""Waiting tasks of one shape: whoever may take one may take any, so their order is their rank."""

from __future__ import annotations

from bisect import bisect_left, insort
from math import inf
from typing import Any, NamedTuple, cast

from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.runtime.unread import Unread


class Place(NamedTuple):
    """Where a task stands in its lane."""

    rank: float
    task_id: str


class Shape(NamedTuple):
    """What is the same of all tasks of a lane.

    Attributes:
        requirements: what each needs, whom a retry avoids included.
        limit_keys: the keys of limits that each names.
        alone: whether each has to be alone on its worker, which it may kill.
    """

    requirements: TaskRequirements
    limit_keys: tuple[str, ...] = ()
    alone: bool = False


class Lane:
    """The line of one shape.

    Attributes:
        tenant: whose tasks they are.
        shape: what is the same of them.
        requirements: what each of its tasks needs.
        line: the tasks in memory, in the order in which they start.
        places: how many places in memory they take.
        blocked: nobody who can take them has room; nothing changes that but room.
        limited: when they were looked at last, a limit by key let no more of them start.
        unread: those that are in the store only.
        has_hope, hope_known_until: whether anybody who is there could ever take such a task; asked again at that time.
        aged: the requirements with the priority that the last one looked at has gained by waiting.
    """

    __slots__ = (
        "aged", "blocked", "has_hope", "hope_known_until", "limited", "line", "places", "requirements", "shape",
        "tenant", "unread",
    )  # fmt: skip

    def __init__(self, tenant: str, shape: Shape) -> None:
        self.tenant = tenant
        self.shape = shape
        self.requirements = shape.requirements
        self.line: list[Place] = []
        self.places = 0
        self.blocked = False
        self.limited = False
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
        places: how many places in memory it takes.
        turn: in which round of the tenants' turns it was looked at last; lower goes first.
        expires: steady seconds until which it waits for a worker.
    """

    __slots__ = ("expires", "lane", "place", "places", "task", "turn")

    def __init__(self, task: Task, lane: Lane, rank: float) -> None:
        self.task = task
        self.lane = lane
        self.place = Place(rank, task.id)
        self.places = places_of(task)
        self.turn = 0
        self.expires = inf


_PLACE = 8192
"""Characters of a payload that one place in memory is meant for."""

_MOST_PARTS = 10_000
"""Parts of a payload that are looked at: enough to know that it is large."""


def places_of(task: Task) -> int:
    """Return how many places in memory a task takes: one, or more where its payload is large."""
    if task.payload is None:
        return 1
    return 1 + _size(task.payload) // _PLACE


def _size(payload: Any) -> int:
    """Return about how many characters a payload has as JSON."""
    size, parts = 0, [payload]
    for _ in range(_MOST_PARTS):
        if not parts:
            break
        part = parts.pop()
        if isinstance(part, str):
            size += len(part)
            continue
        size += 8
        if isinstance(part, dict):
            parts += part.values()
            parts += part
        elif isinstance(part, list | tuple):
            parts += cast("list[Any]", part)
    return size + 8 * len(parts)
