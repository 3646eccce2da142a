"""The seam between a queue and a rule that chooses one worker for one task."""

from __future__ import annotations

from typing import Protocol

from apportion.model.task import TaskRequirements
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import Attempt, SimWorker


class Placer(Protocol):
    """Chooses workers."""

    def place(self, job: Job, needs: TaskRequirements) -> str | None:
        """Return the id of the worker that should have the task now, or None."""
        ...

    def learn(self, attempt: Attempt, seconds: float, fault: str | None) -> None:
        """Take in how an attempt ended."""
        ...

    def changed(self, worker: SimWorker) -> None:
        """Take in that a worker came, went or changed. Only oracles may look at it."""
        ...

    def weights(self) -> dict[str, float] | None:
        """Return the weights of the strategies that it combines, or None where it combines none."""
        ...
