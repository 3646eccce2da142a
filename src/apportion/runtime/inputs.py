"""What the machine is told: things that happened and things that were asked, one small value each.

``request`` numbers whoever waits for an `Answer`; 0: nobody does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import Outcome
from apportion.runtime.instructions import Read

# --- tasks ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TaskSubmitted:
    """A client wants this task done; state, times and rank are the machine's to fill in.

    Attributes:
        task: what the client gave.
        request: who waits for the answer.
        delay: seconds before which it must not start; a date is the task's ``not_before``.
        now_or_never: take it only if a worker can have it at once; else nothing is written and the answer is None.
    """

    task: Task
    request: int = 0
    delay: float = 0.0
    now_or_never: bool = False


@dataclass(slots=True)
class TasksSubmitted:
    """A client wants all of these tasks done, or none: each with the seconds by which it is delayed."""

    tasks: Sequence[tuple[Task, float]]
    request: int = 0


@dataclass(slots=True)
class CancelAsked:
    """A task is to be cancelled; ``found`` is what the store says of one that the machine does not hold."""

    task_id: str
    found: Task | None = None
    request: int = 0


@dataclass(slots=True)
class RetryAsked:
    """A failed or cancelled task, as the store has it, is to be queued again."""

    found: Task
    request: int = 0


@dataclass(slots=True)
class AttemptEnded:
    """Whoever ran an attempt says how it ended; believed only under the lease that is valid now."""

    task_id: str
    worker_id: str
    lease: int
    outcome: Outcome
    request: int = 0


@dataclass(slots=True)
class AttemptReleased:
    """A worker hands back what it has not started."""

    task_id: str
    worker_id: str
    lease: int
    request: int = 0


@dataclass(slots=True)
class TakeBackAsked:
    """A task that a worker has not started, as far as is known, is to go to another."""

    task_id: str
    worker_id: str
    request: int = 0


# --- the store ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TasksFound:
    """What was under way when the store was opened, and how many tasks wait in it.

    Attributes:
        assigned: tasks that somebody held.
        queued: how many tasks wait.
        tenants: whose tasks may start.
        registrations: what is kept of remote workers that held some of them; these have a lease's length to come back.
    """

    assigned: Sequence[Task]
    queued: int
    tenants: Sequence[str] = ()
    registrations: Sequence[Mapping[str, Any]] = ()


@dataclass(slots=True)
class FrontLoaded:
    """The next tasks of the stored queue, as asked by `LoadFront`; ``end``: there were no more."""

    tasks: Sequence[Task]
    end: bool


@dataclass(slots=True)
class ParkedFound:
    """Tasks that wait for others, as the store has them.

    Attributes:
        tasks: those that wait.
        states: of each task that they wait for, if it is there.
        watch: the number of the read.
        rest: what is to be read next of the same, or None.
    """

    tasks: Sequence[Task]
    states: Mapping[str, TaskState]
    watch: int
    rest: Read | None = None


@dataclass(slots=True)
class ExpiringFound:
    """The tasks that are given up soonest, as asked by `ReadExpiring`; ``end``: there were no more."""

    tasks: Sequence[Task]
    end: bool
    watch: int


@dataclass(slots=True)
class ChangeRefused:
    """The store did not take what the machine wrote of a task: what it thinks of this task is void.

    Attributes:
        lost: the task as the machine thinks it is.
        found: the task as the store has it, or None.
        inserted: it was new: either ``found`` has its id or key, or the store could not write it.
    """

    lost: Task
    found: Task | None
    inserted: bool


# --- workers --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class WorkerJoined:
    """A worker registers, for the first time or again; what an earlier registration of this id held is queued again.

    Attributes:
        worker: what it is like.
        leased: whether it is remote: it has to renew what it holds. A local one cannot vanish alone.
        request: who waits for the answer, which is the incarnation.
    """

    worker: WorkerInfo
    leased: bool = False
    request: int = 0


@dataclass(slots=True)
class WorkerLeft:
    """A worker goes in good order; what it still holds is handed back."""

    worker_id: str
    request: int = 0


@dataclass(slots=True)
class WorkerLost:
    """A worker is dead; what it held is queued again, and counted as a death of each of those tasks."""

    worker_id: str
    reason: str = "it died"
    request: int = 0


@dataclass(slots=True)
class DrainAsked:
    """A worker is to get nothing new."""

    worker_id: str
    request: int = 0


@dataclass(slots=True)
class Heartbeat:
    """A remote worker is alive and renews leases.

    Attributes:
        worker_id: who.
        incarnation: which registration of that id; None: the present one.
        held: task id -> lease; empty or None (it said nothing of it): everything that this registration holds.
        load: units of capacity that it has in use, what others gave it included, or None.
        request: who waits for the answer, a `HeartbeatAnswer`.
    """

    worker_id: str
    incarnation: int | None
    held: dict[str, int] | None
    request: int = 0
    load: float | None = None


@dataclass(slots=True)
class ClaimOpened:
    """A remote worker asks for work: from now on, and until this is answered, it may be given some.

    Attributes:
        worker_id: who.
        incarnation: which registration of that id; None: the present one.
        most: how many tasks it wants at most.
        wait: seconds after which it wants to be told that there are none; 0: at once.
        request: who waits for the answer: the attempts that are its to run now, or an empty list.
    """

    worker_id: str
    incarnation: int | None
    most: int
    wait: float
    request: int = 0


@dataclass(slots=True)
class ClaimWithdrawn:
    """Whoever asked for work does not listen any more."""

    worker_id: str
    request: int


@dataclass(slots=True)
class ClaimAnswered:
    """A worker was told of its assignments, task id and lease each: their leases begin."""

    worker_id: str
    leases: Sequence[tuple[str, int]]


# --- the run --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tick:
    """Time has passed; what is due is done."""


@dataclass(slots=True)
class StopAsked:
    """Nothing new is to start."""


Input = (
    TaskSubmitted
    | TasksSubmitted
    | CancelAsked
    | RetryAsked
    | AttemptEnded
    | AttemptReleased
    | TakeBackAsked
    | TasksFound
    | FrontLoaded
    | ParkedFound
    | ExpiringFound
    | ChangeRefused
    | WorkerJoined
    | WorkerLeft
    | WorkerLost
    | DrainAsked
    | Heartbeat
    | ClaimOpened
    | ClaimWithdrawn
    | ClaimAnswered
    | Tick
    | StopAsked
)
