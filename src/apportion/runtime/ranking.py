"""A waiting task's place in the queue, as one number.

With ageing, a task gains priority as it waits; every waiting task gains it equally fast, so the order of any two never
changes, and it can be fixed when a task is queued: the time of queueing, moved back by what the priority is worth. A
task that must not start yet ranks behind all that may, in the order in which they will become due.
"""

from __future__ import annotations

from math import floor

from apportion.model.ranks import LATER, NOT_READY, PARKED
from apportion.model.task_record import Task

_MOST_WORTH = 1e11
"""Seconds: what a priority may be worth, either way. Beyond three thousand years of waiting all are equal, and none
comes near `LATER`."""


class Ranking:
    """Gives ranks.

    Args:
        ageing: priorities that a waiting task gains a minute.
    """

    def __init__(self, ageing: float) -> None:
        self._seconds_per_priority = 60.0 / ageing
        self._latest = 0.0

    def ready(self, priority: float, wall: float) -> float:
        """Return the rank of a task that may start from now on.

        Tasks queued at the same time get ranks a microsecond apart: first come, first served, whatever the ids.
        """
        self._latest = max(wall, self._latest + 1e-6)
        worth = self._seconds_per_priority * priority
        return self._latest - max(-_MOST_WORTH, min(_MOST_WORTH, worth))

    def aged(self, priority: float, queued_at: float, wall: float) -> float:
        """Return the priority that a task has by now, grown in whole minutes' worth."""
        return priority + floor(max(0.0, wall - queued_at) / self._seconds_per_priority)


def later(due: float) -> float:
    """Return the rank of a task that must not start before ``due`` (Unix seconds)."""
    return LATER + due


def due_of(task: Task) -> float | None:
    """Return the Unix time before which a stored task must not start, or None."""
    return task.rank - LATER if NOT_READY <= task.rank < PARKED else None


def has_a_date(task: Task) -> bool:
    """Return whether a task waits for the date that a client named, rather than for a pause to pass.

    Ranks are compared, not dates: a date that was once part of a rank has lost its last digits.
    """
    return task.not_before is not None and task.rank == later(task.not_before)


def parked_at(wall: float) -> float:
    """Return the rank of a task that waits for others from now on (Unix seconds)."""
    return PARKED + wall


def expiry_of(task: Task, rank: float, queued_at: float) -> float | None:
    """Return the Unix time at which a task is given up that is queued like this, or None: never.

    How long it may wait for a worker counts from when it may start.
    """
    deadline = task.requirements.deadline
    if deadline is None and task.schedule_timeout is None:
        return None
    ends = [] if deadline is None else [deadline]
    if task.schedule_timeout is not None and rank < PARKED:
        ends.append(max(queued_at, rank - LATER if rank >= NOT_READY else 0.0) + task.schedule_timeout)
    return min(ends, default=None)


def parked(task: Task) -> bool:
    """Return whether a stored task waits for others to succeed."""
    return task.rank >= PARKED
