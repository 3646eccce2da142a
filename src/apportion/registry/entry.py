"""One line of the worker table, and the picture of the worker that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apportion.model.metrics import WorkerMetrics
from apportion.model.task import QueuedTask
from apportion.model.worker import WorkerInfo, WorkerStatus
from apportion.registry.holding import Holding
from apportion.registry.outcomes import CompletedTask, Outcomes


class Entry:
    """What the table knows of one worker.

    Attributes:
        holding: what it holds.
        outcomes: what it has done.
        seen: Unix seconds of its last sign of life.
        offline, draining, says_overloaded: how it is, besides what it holds.
    """

    def __init__(self, worker: WorkerInfo, now: float) -> None:
        self.holding = Holding()
        self.outcomes = Outcomes(worker.metrics)
        self.since = now
        self.seen = now
        self.offline = worker.status is WorkerStatus.OFFLINE
        self.draining = worker.status is WorkerStatus.DRAINING
        self.says_overloaded = worker.status is WorkerStatus.OVERLOADED

    @property
    def status(self) -> WorkerStatus:
        """How the worker is: gone, leaving, too busy by its own word, busy while it holds anything, else idle.

        A worker that is full is busy, not overloaded: that there is no room says its load.
        """
        if self.offline:
            return WorkerStatus.OFFLINE
        if self.draining:
            return WorkerStatus.DRAINING
        if self.says_overloaded:
            return WorkerStatus.OVERLOADED
        return WorkerStatus.BUSY if len(self.holding) else WorkerStatus.IDLE


def pictured(worker: WorkerInfo, load: float, status: WorkerStatus, metrics: WorkerMetrics) -> WorkerInfo:
    """Return a copy of a worker with what the table keeps of it.

    Not checked, as what the table keeps makes sense; checking all fields anew would take most of the time of a call.
    """
    picture = worker.with_load(load)
    picture.__dict__.update(status=status, metrics=metrics)
    return picture


@dataclass(frozen=True)
class RegisteredWorker:
    """A worker as it was when it was asked for.

    Attributes:
        info: how it is.
        active_tasks: task id -> the task that it holds.
        completed_tasks: what it finished last, oldest first; a window.
    """

    info: WorkerInfo
    active_tasks: Mapping[str, QueuedTask]
    completed_tasks: tuple[CompletedTask, ...]
