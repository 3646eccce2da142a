"""Keeps count of a run while it goes on: what has ended, who runs what, how long is left."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from apportion.events import TaskAssigned, TaskCancelled, TaskFailed, TaskRequeued, TaskSucceeded
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo

FAILURES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Running:
    """An attempt that is going on."""

    task_id: str
    task_type: str
    worker_id: str
    complexity: float
    since: float


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed; ``final``: the task with it."""

    task_id: str
    worker_id: str | None
    error: str
    final: bool


@dataclass(slots=True)
class WorkerTally:
    """What one worker did in this run.

    Attributes:
        info: what it is.
        running: what it runs now, by task.
        tasks: attempts of it that ended by themselves.
        failures: those among them that failed.
        busy: seconds in which it ran anything.
        used: units of capacity times seconds.
        busy_since: since when it has been running something, or None.
    """

    info: WorkerInfo
    running: dict[str, Running] = field(default_factory=dict[str, Running])
    tasks: int = 0
    failures: int = 0
    busy: float = 0.0
    used: float = 0.0
    busy_since: float | None = None

    @property
    def load(self) -> float:
        """Units of capacity in use."""
        return sum(each.complexity for each in self.running.values())


@dataclass(slots=True)
class TypeTally:
    """What became of the tasks of one type in this run; ``durations`` are those of attempts."""

    succeeded: int = 0
    failed: int = 0
    durations: list[float] = field(default_factory=list[float])


class Tally:
    """The counts of one run.

    Args:
        workers: the fleet.
        waiting: the task types of all tasks that have not ended yet.
        before: how many tasks ended in earlier runs, by state.
        now: when the run began.
    """

    def __init__(
        self, workers: Sequence[WorkerInfo], waiting: Iterable[str], before: Counter[TaskState], now: float
    ) -> None:
        self.began = now
        self.before = before
        self.ended = Counter(before)
        self.left = Counter(waiting)
        self.total = self.left.total() + before.total()
        self.retried = 0
        self.workers = {info.id: WorkerTally(info) for info in workers}
        self.types: dict[str, TypeTally] = {}
        self.failures: deque[Failure] = deque(maxlen=FAILURES_KEPT)
        self.failure_count = 0
        self._running: dict[str, Running] = {}

    @property
    def running(self) -> int:
        """How many attempts are going on."""
        return len(self._running)

    def observe(self, fact: object, now: float) -> None:
        """Count what an observer was told of; ``now`` is by the clock of ``began``."""
        match fact:
            case TaskAssigned(task=task):
                self.started(task, now)
            case TaskRequeued(task=task, counted=True, reason=reason):
                self.attempt_failed(task, reason, now, final=False)
            case TaskRequeued(task=task):
                self.stopped(task.id, now)
            case TaskSucceeded(task=task) | TaskFailed(task=task) | TaskCancelled(task=task):
                self.task_ended(task, now)
            case _:
                pass

    def started(self, task: Task, now: float) -> None:
        """Count an attempt that begins."""
        worker_id = task.assigned_worker or ""
        begun = Running(task.id, task.task_type, worker_id, task.requirements.complexity, now)
        self._running[task.id] = begun
        worker = self.workers.get(worker_id)
        if worker is not None:
            worker.running[task.id] = begun
            worker.busy_since = now if worker.busy_since is None else worker.busy_since

    def stopped(self, task_id: str, now: float) -> Running | None:
        """Take an attempt off, however it ended, and return what it was."""
        begun = self._running.pop(task_id, None)
        worker = self.workers.get(begun.worker_id) if begun else None
        if begun is None or worker is None:
            return begun
        del worker.running[task_id]
        worker.used += begun.complexity * (now - begun.since)
        if not worker.running and worker.busy_since is not None:
            worker.busy += now - worker.busy_since
            worker.busy_since = None
        return begun

    def attempt_failed(self, task: Task, error: str, now: float, *, final: bool) -> None:
        """Count an attempt that failed by itself, and after which the task is tried again unless ``final``."""
        begun = self._attempt_ended(task, now)
        if begun and begun.worker_id in self.workers:
            self.workers[begun.worker_id].failures += 1
        self.retried += not final
        self._note_failure(Failure(task.id, begun.worker_id if begun else None, error, final))

    def task_ended(self, task: Task, now: float) -> None:
        """Count a task that has ended."""
        if task.state is TaskState.SUCCEEDED:
            self._attempt_ended(task, now)
        elif task.state is TaskState.FAILED and task.id in self._running:
            self.attempt_failed(task, task.error or "failed", now, final=True)
        elif task.state is TaskState.FAILED:
            self._note_failure(Failure(task.id, task.assigned_worker, task.error or "failed", final=True))
        self.stopped(task.id, now)
        self.ended[task.state] += 1
        self.left[task.task_type] -= 1
        kind = self._type(task.task_type)
        kind.succeeded += task.state is TaskState.SUCCEEDED
        kind.failed += task.state is TaskState.FAILED

    def seconds_left(self, now: float) -> float | None:
        """Return a guess at the time that is left, or None where nothing is known yet.

        The work that is left, shared among as many hands as have been busy on average so far. A task is expected to
        take the time that was spent on its type for each one that ended; counting the time of those that still run
        keeps the guess honest at the beginning, when only the short ones have ended.
        """
        elapsed = now - self.began
        spent = {name: sum(kind.durations) for name, kind in self.types.items()}
        for each in self._running.values():
            spent[each.task_type] = spent.get(each.task_type, 0.0) + now - each.since
        ended = {name: len(kind.durations) for name, kind in self.types.items() if kind.durations}
        if not ended or elapsed <= 0:
            return None
        total = sum(spent.values())
        overall = total / sum(ended.values())
        work = sum(
            count * (spent[name] / ended[name] if name in ended else overall) for name, count in self.left.items()
        )
        hands = total / elapsed
        return work / hands if hands else None

    def _attempt_ended(self, task: Task, now: float) -> Running | None:
        begun = self.stopped(task.id, now)
        if begun is None:
            return None
        if begun.worker_id in self.workers:
            self.workers[begun.worker_id].tasks += 1
        self._type(task.task_type).durations.append(now - begun.since)
        return begun

    def _note_failure(self, failure: Failure) -> None:
        self.failures.append(failure)
        self.failure_count += 1

    def _type(self, name: str) -> TypeTally:
        return self.types.setdefault(name, TypeTally())


def counted(tasks: Iterable[Task]) -> Counter[TaskState]:
    """Return how many of these tasks are in each state."""
    return Counter(task.state for task in tasks)
