"""Waiting tasks that the same workers may take, in the order in which they are to start."""

from __future__ import annotations

from collections import deque

from apportion.core.rules import suitable
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.simulation.world.job import Job


class Lane:
    """One line.

    Attributes:
        needs: what its tasks need, whom a retry avoids included, without what is each task's own.
        line: (turn, job, number of the attempt), first come first.
        blocked: nobody who may take them has room.
        listed: whether it stands among the lanes that are to be looked at.
    """

    __slots__ = ("_suits", "blocked", "line", "listed", "needs")

    def __init__(self, needs: TaskRequirements) -> None:
        self.needs = needs
        self.line: deque[tuple[int, Job, int]] = deque()
        self.blocked = False
        self.listed = False
        self._suits: dict[str, bool] = {}

    @property
    def order(self) -> tuple[float, int]:
        """Its place among the lanes: higher priority first, then who came first."""
        return (-self.needs.priority, self.line[0][0])

    def suits(self, worker: WorkerInfo) -> bool:
        """Return whether a worker may take its tasks when it has room."""
        known = self._suits.get(worker.id)
        if known is None:
            known = self._suits[worker.id] = suitable(self.needs, worker)
        return known

    def forget(self, worker_id: str) -> None:
        """Look at a worker anew: it has changed."""
        self._suits.pop(worker_id, None)
