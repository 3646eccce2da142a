"""Facts: what has happened, in the past tense. Observers are told each one after it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apportion.model.plain import Plain
from apportion.model.task_record import Task


@dataclass(frozen=True)
class TaskFact(Plain):
    """Something that happened to a task.

    Attributes:
        at: Unix seconds.
        task: the task as it is after that.
    """

    at: float
    task: Task

    nested = {"task": Task.from_dict}  # noqa: RUF012 -- a ClassVar by inheritance
    kind: ClassVar[str] = "task"

    @property
    def task_id(self) -> str:
        """The task's id."""
        return self.task.id


class TaskQueued(TaskFact):
    """A task was accepted, or a failed or cancelled one was put back by request."""

    kind = "task-queued"


class TaskReleased(TaskFact):
    """All tasks that it waited for have succeeded: from now on it waits for a worker."""

    kind = "task-released"


class TaskAssigned(TaskFact):
    """A worker was given the task; its attempt begins."""

    kind = "task-assigned"


class TaskSucceeded(TaskFact):
    """The task ended with success."""

    kind = "task-succeeded"


class TaskFailed(TaskFact):
    """The task ended without success: its attempts are used up, or it was too late, or it is poison."""

    kind = "task-failed"


class TaskCancelled(TaskFact):
    """Somebody cancelled the task."""

    kind = "task-cancelled"


@dataclass(frozen=True)
class TaskRequeued(TaskFact):
    """An attempt ended without ending the task, which waits for another.

    Attributes:
        worker_id: who held it.
        reason: why the attempt ended.
        counted: whether the attempt counts against ``max_attempts``.
        delay: seconds before which it does not start again.
    """

    worker_id: str = ""
    reason: str = ""
    counted: bool = False
    delay: float = 0.0

    kind: ClassVar[str] = "task-requeued"


@dataclass(frozen=True)
class WorkerFact(Plain):
    """Something that happened to a worker.

    Attributes:
        at: Unix seconds.
        worker_id: the worker.
        reason: why, where there is something to say.
    """

    at: float
    worker_id: str
    reason: str = ""

    kind: ClassVar[str] = "worker"


class WorkerRegistered(WorkerFact):
    """A worker is there and can be given tasks."""

    kind = "worker-registered"


class WorkerDraining(WorkerFact):
    """A worker gets nothing new and finishes what it holds."""

    kind = "worker-draining"


class WorkerRested(WorkerFact):
    """A worker asked for a pause, or its pause is over (then without a reason)."""

    kind = "worker-rested"


class WorkerCooled(WorkerFact):
    """A worker that kept failing what others can do gets nothing for a while, or is tried again (without a reason)."""

    kind = "worker-cooled"


class WorkerGone(WorkerFact):
    """A worker left, was removed or died."""

    kind = "worker-gone"


@dataclass(frozen=True)
class TasksPlaced(Plain):
    """Tasks were given to workers in one go; each also has its own `TaskAssigned`.

    Attributes:
        at: Unix seconds.
        count: how many, >= 1.
        seconds: what it took to handle everything that happened at that time and to place them.
    """

    at: float
    count: int
    seconds: float

    kind: ClassVar[str] = "tasks-placed"


@dataclass(frozen=True)
class StrategyFailed(Plain):
    """The strategy raised, or chose a worker that it was not given; nothing was placed by it.

    Attributes:
        at: Unix seconds.
        strategy: its name.
        problem: what it did.
    """

    at: float
    strategy: str
    problem: str

    kind: ClassVar[str] = "strategy-failed"


@dataclass(frozen=True)
class StoreTroubled(Plain):
    """The store refused a commit. What was asked is refused, what has happened is kept and tried again.

    Attributes:
        at: Unix seconds.
        problem: what the store said.
    """

    at: float
    problem: str

    kind: ClassVar[str] = "store-troubled"


Fact = TaskFact | WorkerFact | TasksPlaced | StrategyFailed | StoreTroubled
"""Everything that an observer may be told."""
