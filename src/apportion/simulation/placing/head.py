"""The head of a lane on its way through a matching, and the best that it can have."""

from __future__ import annotations

from typing import NamedTuple

from apportion.simulation.placing.lane import Lane
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import SimWorker

Entry = tuple[int, Job, int]
"""A task that waits: its turn, and the number of the attempt."""


class Offer(NamedTuple):
    """The best that a task can have: where, after how many seconds, at which relative cost."""

    relative: float
    wait: float
    seconds: float
    worker: SimWorker


class Head:
    """The first task of a lane that is not matched yet.

    Attributes:
        lane: where it waits.
        entry: the task.
        offer: the best that it can have; None: it must be looked for.
    """

    __slots__ = ("_line", "entry", "lane", "offer")

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._line = iter(lane.line)
        self.entry: Entry = next(self._line)
        self.offer: Offer | None = None

    def worker_taken(self, worker: SimWorker) -> None:
        """Forget the offer if it was of this worker: what others offer is as it was."""
        if self.offer is not None and self.offer.worker is worker:
            self.offer = None

    def advance(self) -> bool:
        """Go on to the next task of the lane, and return whether there is one."""
        following = next(self._line, None)
        if following is not None:
            self.entry, self.offer = following, None
        return following is not None


def turn(head: Head) -> int:
    """Return its place in the order of arrival."""
    return head.entry[0]
