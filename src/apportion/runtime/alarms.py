"""What is due when: by durations on the steady clock, by dates on the wall clock."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from apportion.runtime.moment import Moment

_WALL_CHECK = 1.0
"""Seconds after which a date is looked at again, since the wall clock may have jumped meanwhile."""


class Why(Enum):
    """What an alarm is about."""

    DUE = "a delayed task may start"
    WAITED = "a task has waited as long as it may, or its deadline has passed"
    OVERTIME = "an attempt should have been reported long ago"
    LEASE = "a lease was not renewed"
    CLAIM = "a worker has waited for work as long as it wanted"
    SILENT = "nothing was heard of a worker"
    RESTED = "a worker's pause is over"
    COOLED = "a worker was cooled down for long enough"
    EXPIRY = "a task that is in the store only may have to be given up"
    REPLAN = "a strategy that failed is tried again"


class Alarm(NamedTuple):
    """An alarm: what for, whom about (a task or a worker), and the lease that it is about, if one."""

    why: Why
    id: str
    lease: int = 0


class Alarms:
    """Two heaps. An alarm is not taken back: whoever is rung checks whether it still means anything."""

    def __init__(self) -> None:
        self._steady: list[tuple[float, int, Alarm]] = []
        self._wall: list[tuple[float, int, Alarm]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._steady) + len(self._wall)

    def after(self, seconds: float, alarm: Alarm, now: Moment) -> None:
        """Ring when ``seconds`` have passed."""
        self._count += 1
        heappush(self._steady, (now.steady + seconds, self._count, alarm))

    def at(self, wall: float, alarm: Alarm) -> None:
        """Ring at that Unix time."""
        self._count += 1
        heappush(self._wall, (wall, self._count, alarm))

    def ringing(self, now: Moment) -> list[Alarm]:
        """Return the alarms that are due, and forget them."""
        due: list[Alarm] = []
        for heap, time in ((self._steady, now.steady), (self._wall, now.wall)):
            while heap and heap[0][0] <= time:
                due.append(heappop(heap)[2])
        return due

    def next_in(self, now: Moment) -> float | None:
        """Return the seconds until something may be due, or None when nothing ever is."""
        waits: list[float] = []
        if self._steady:
            waits.append(max(0.0, self._steady[0][0] - now.steady))
        if self._wall:
            waits.append(min(_WALL_CHECK, max(0.0, self._wall[0][0] - now.wall)))
        return min(waits, default=None)

    def tidy(self, keep: int, means_something: Callable[[Alarm], bool]) -> None:
        """Drop what means nothing any more, once there is more than ``keep``."""
        if len(self) > keep:
            self._steady = [entry for entry in self._steady if means_something(entry[2])]
            self._wall = [entry for entry in self._wall if means_something(entry[2])]
            heapify(self._steady)
            heapify(self._wall)
