"""Every socket on one page: what plugs into Apportion, and what is expected of it.

Each socket has one folder, one line in the catalog, and one conformance suite. They are protocols: nothing is
inherited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from apportion.model.act import Act
from apportion.model.changes import Change, Forget, ForgetNotes, Insert, Note, Remember, TaskFilter, Transition
from apportion.model.context import DecisionContext
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.token import Token
from apportion.model.worker import WorkerInfo

__all__ = [
    "AccessBook",
    "Attempt",
    "BalancingStrategy",
    "Change",
    "Executor",
    "Forget",
    "ForgetNotes",
    "Insert",
    "Note",
    "Observer",
    "Outcome",
    "Provisioner",
    "Remember",
    "TaskFilter",
    "TaskStore",
    "Transition",
]

# --- decisions ------------------------------------------------------------------------------------------------------


@runtime_checkable
class BalancingStrategy(Protocol):
    """Picks one of the workers that may take a task.

    It is handed eligible, narrowed workers only, at least one, and returns one of them or None. It may also have
    ``record(worker_id, task_type, success, duration, context)``, which is told every outcome. A `select_worker` that
    takes only ``(task, workers)`` is accepted.
    """

    @property
    def name(self) -> str:
        """The name under which it is registered."""
        ...

    def select_worker(
        self, task: TaskRequirements, workers: Sequence[WorkerInfo], context: DecisionContext, /
    ) -> WorkerInfo | None:
        """Return one of ``workers``, or None."""
        ...


# --- the truth: where tasks are kept --------------------------------------------------------------------------------


class TaskStore(Protocol):
    """Keeps tasks. The store is the truth; everything else is an image of it.

    S1. ``commit`` is one transaction: when it returns, everything in it survives ``kill -9`` and a power cut;
        when it raises StoreError, nothing of it happened.
    S2. Each change answers whether it took effect: an Insert of an id (or idempotency key) that is there, and a
        Transition whose state or lease no longer holds, change nothing and answer False. The others still happen.
    S3. A transition that the table in `lifecycle` does not allow is refused with ValueError before anything is written.
    S4. Reads see every commit that returned before they began.
    S5. Calls may come from any thread; one writer at a time.
    S6. The store is opened by one process at a time; a second is refused with StoreHeldError, naming the first.
    S7. A full disk is StoreFullError; the store can go on when there is room again.
    """

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        """Carry out the changes in order, as one transaction."""
        ...

    def get(self, task_id: str) -> Task | None:
        """Return the task of that id."""
        ...

    def find(self, tenant: str, idempotency_key: str) -> Task | None:
        """Return the task that was submitted with that key."""
        ...

    def get_all(self, ids: Sequence[str]) -> dict[str, Task]:
        """Return those of these tasks that are there, by id."""
        ...

    def find_all(self, tenant: str, idempotency_keys: Sequence[str]) -> dict[str, Task]:
        """Return those of a tenant's tasks that were submitted with these keys, by key."""
        ...

    def queued(self, tenant: str, limit: int, after: tuple[float, str] | None = None) -> list[Task]:
        """Return a tenant's queued tasks that may start, by rank and id; only those behind ``after``, a (rank, id)."""
        ...

    def later(self, limit: int, after: tuple[float, str] | None = None) -> list[Task]:
        """Return all queued tasks that must not start yet (`apportion.model.ranks`), as `queued` does."""
        ...

    def tenants(self) -> list[str]:
        """Return the tenants that have queued tasks that may start, in order."""
        ...

    def expiring(self, limit: int) -> list[Task]:
        """Return the queued tasks that are given up soonest, by ``expires`` and id."""
        ...

    def waiting_for(self, ids: Sequence[str], limit: int, cursor: str | None = None) -> tuple[list[Task], str | None]:
        """Return the tasks that are parked until one of these succeeds (``after``), in pages as `page` does."""
        ...

    def states(self, ids: Sequence[str]) -> dict[str, TaskState]:
        """Return the state of each of these tasks that is there."""
        ...

    def ended(self, before: float, limit: int) -> list[str]:
        """Return ids of tasks that ended before that (Unix seconds), oldest first, but none that a parked one names."""
        ...

    def assigned(self) -> Iterator[Task]:
        """Return all tasks that some worker holds, by id; one that changes meanwhile may be missing, none is twice."""
        ...

    def page(
        self, chosen: TaskFilter, limit: int, cursor: str | None = None, *, newest_first: bool = False
    ) -> tuple[list[Task], str | None]:
        """Return tasks in the order of their ids or the other way round, and the cursor of the next page or None."""
        ...

    def counts(self) -> dict[TaskState, int]:
        """Return how many tasks are in each state."""
        ...

    def unfinished(self) -> dict[tuple[TaskState, str, str], int]:
        """Return how many tasks wait and are held: by state, type and tenant."""
        ...

    def recall(self, name: str) -> Any:
        """Return the document of that name, or None."""
        ...

    def notes(self, limit: int, after: int = 0) -> list[tuple[int, Any]]:
        """Return lines of the record of decisions in the order of writing, each with its number; those behind one."""
        ...

    def backup(self, path: str) -> None:
        """Write a consistent copy to ``path``, where nothing is yet, while others go on."""
        ...

    def close(self) -> None:
        """Let go of the store. Safe to call twice."""
        ...


# --- who may call, and who did what ---------------------------------------------------------------------------------


class AccessBook(Protocol):
    """Keeps tokens and the audit log. Calls may come from any thread, and from several processes at once.

    A1. What a call has written survives ``kill -9`` and a power cut once it has returned.
    A2. What one process has written, another one is told at its next call.
    A3. No call changes or removes what stands in the audit log.
    """

    def tokens(self) -> list[Token]:
        """Return all tokens."""
        ...

    def changed(self) -> list[Token]:
        """Return the tokens that were made or changed, by whomever, since this or `tokens` was asked last.

        Asked at every request: where nothing has changed it costs little, and it never waits for one who is writing.
        """
        ...

    def add(self, token: Token) -> None:
        """Keep a new token."""
        ...

    def revoke(self, token_id: str, at: float) -> bool:
        """Make a token void for good, and the sessions that were opened with it; False: there is none of that id."""
        ...

    def bind(self, token_id: str, worker_id: str, now: float) -> str | None:
        """Give a token the worker that it acts for, where it has none yet and no other valid token acts for that one.

        Returns:
            The worker that it has.
        """
        ...

    def begin(self, act: Act) -> int:
        """Write down what is about to be done, and return its number."""
        ...

    def end(self, number: int, outcome: int) -> None:
        """Write down how it ended."""
        ...

    def acts(self, most: int) -> list[Act]:
        """Return the last acts, oldest first."""
        ...

    def close(self) -> None:
        """Let go of it. Safe to call twice."""
        ...


# --- the hands: where attempts run ----------------------------------------------------------------------------------


class Attempt(NamedTuple):
    """One attempt of one task on one worker."""

    task_id: str
    task_type: str
    payload: Any
    worker_id: str
    attempt: int
    lease: int
    timeout: float | None
    traceparent: str | None = None


class Outcome(NamedTuple):
    """How an attempt ended.

    Attributes:
        success: whether it did what it should.
        result: JSON, where it succeeded.
        error: one readable line, where it did not.
        duration: seconds from its start to its end.
        exit_code: of a command; negative: the signal that killed it.
        retry: False: do not try again.
        fault: ``"task"`` or ``"worker"`` where it is known whose doing it was.
        busy_for: seconds; the worker was asked too much, try again then; neither success nor failure.
        timed_out: whether it was ended for taking longer than its time-out.
        cancelled: whether it was ended because it was cancelled.
    """

    success: bool
    result: Any = None
    error: str | None = None
    duration: float = 0.0
    exit_code: int | None = None
    retry: bool = True
    fault: str | None = None
    busy_for: float | None = None
    timed_out: bool = False
    cancelled: bool = False


class Executor(Protocol):
    """Runs attempts.

    E1. ``start`` returns at once; each started attempt is reported exactly once, on the event loop's thread, whatever
        happens to it: success, exception, time-out, cancellation, a command that cannot be started or is killed.
    E2. ``cancel`` asks an attempt to end; it is reported as cancelled when it has. Unknown leases are ignored.
    E3. After ``close`` nothing that was started is left running: what does not end within ``grace`` is killed, where
        the means exist (processes and commands), and reported.
    """

    def start(self, attempt: Attempt, report: Callable[[Attempt, Outcome], None]) -> None:
        """Begin the attempt."""
        ...

    def cancel(self, attempt: Attempt) -> None:
        """Ask a started attempt to end."""
        ...

    async def close(self, grace: float) -> None:
        """End everything, and wait until it has ended."""
        ...


# --- others ---------------------------------------------------------------------------------------------------------


class Provisioner(Protocol):
    """Starts and stops workers when ``WorkerRegistry.scale_workers`` asks."""

    def scale(self, wanted: int, present: Sequence[WorkerInfo]) -> None:
        """Bring the number of workers to ``wanted``; joining and leaving is then told to the registry as usual."""
        ...


Observer = Callable[[Any], None]
"""A subscriber: called with every event of `apportion.events` after it is durable. It must not raise or block."""
