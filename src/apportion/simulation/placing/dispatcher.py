"""The seam between the world and whoever keeps the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import Attempt, SimWorker


class Dispatcher(Protocol):
    """Keeps the queue, places its tasks with `World.begin`, and settles them in the ledger."""

    @property
    def waiting(self) -> int:
        """How many tasks wait."""
        ...

    @property
    def decisions(self) -> int:
        """How many tasks were placed so far."""
        ...

    def arrived(self, job: Job) -> None:
        """A task arrives."""
        ...

    def ended(self, attempt: Attempt, seconds: float) -> None:
        """An attempt is over, after so many seconds on its worker."""
        ...

    def joined(self, worker: SimWorker) -> None:
        """A worker comes."""
        ...

    def lost(self, worker: SimWorker, attempts: Sequence[Attempt]) -> None:
        """A worker has gone, and these attempts with it."""
        ...

    def changed(self, worker: SimWorker) -> None:
        """A worker's status, capacity, speed or reliability has changed."""
        ...

    def dispatch(self) -> None:
        """Place what can be placed now."""
        ...

    def stranded(self) -> list[Job]:
        """Return the tasks that wait although nothing can happen any more."""
        ...
