"""The worker table: pure, without a lock, the clock passed in. The registry puts a lock around it."""

from __future__ import annotations

from apportion import validation
from apportion.clock import Clock
from apportion.core.pool.pool import WorkerPool
from apportion.core.rules.draining import DRAINING
from apportion.core.rules.insufficient_capacity import INSUFFICIENT_CAPACITY
from apportion.core.rules.offline import OFFLINE
from apportion.core.rules.overloaded import OVERLOADED
from apportion.errors import (
    DuplicateError,
    FieldError,
    FieldTypeError,
    TaskConflictError,
    UnknownTaskError,
    UnknownWorkerError,
    WorkerUnavailableError,
)
from apportion.model.frozen import FrozenDict
from apportion.model.metrics import WorkerMetrics
from apportion.model.task import QueuedTask
from apportion.model.worker import WorkerInfo, WorkerStatus
from apportion.registry.entry import Entry, RegisteredWorker, pictured
from apportion.registry.outcomes import CompletedTask

FORGOTTEN_AFTER = 24 * 3600.0
"""Seconds that a silent worker stays in the table as offline; then it is dropped, or passing ids would pile up."""

_AVAILABILITY = (OFFLINE, DRAINING, OVERLOADED, INSUFFICIENT_CAPACITY)
_SAYS = {WorkerStatus.IDLE, WorkerStatus.BUSY, WorkerStatus.OVERLOADED}


class WorkerTable:
    """Workers, how they are and what they hold. Every method either does all of its work or raises and changes nothing.

    Args:
        clock: returns Unix seconds.
        heartbeat_timeout: seconds of silence after which a worker counts as offline, > 0.

    Attributes:
        pool: the workers, kept ready for choosing; only the table changes it.

    Raises:
        FieldError, FieldTypeError: ``heartbeat_timeout`` is no number > 0.
    """

    def __init__(self, *, clock: Clock, heartbeat_timeout: float = 30.0) -> None:
        self._clock = clock
        self._heartbeat_timeout = validation.number("heartbeat_timeout", heartbeat_timeout, above=0)
        self._entries: dict[str, Entry] = {}
        self._holders: dict[str, str] = {}
        self.pool = WorkerPool()

    # --- coming and going -------------------------------------------------------------------------------------------

    def register(self, worker: WorkerInfo) -> WorkerInfo:
        """Take in a worker; one that is offline may register again, and starts anew. Return it as it is now.

        Its load is what it holds here, nothing at first, whatever ``worker.current_load`` says.

        Raises:
            DuplicateError: a worker of that id is there and not offline.
            FieldTypeError: it is no WorkerInfo.
        """
        if not isinstance(worker, WorkerInfo):
            raise FieldTypeError("worker", f"must be a WorkerInfo, not {worker!r}; WorkerInfo.from_dict reads a dict")
        known = self._entries.get(worker.id)
        if known is not None and not known.offline:
            raise DuplicateError("worker", worker.id)
        entry = Entry(worker, self._clock())
        info = worker.replace(current_load=0, status=entry.status)
        if known is not None:
            self.pool.remove(worker.id)
        self.pool.add(info)
        self._entries[worker.id] = entry
        return info

    def deregister(self, id: str) -> list[QueuedTask]:
        """Let a worker go, and return what it held, for others to do.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        tasks = self._give_back(self._entry(id))
        del self._entries[id]
        self.pool.remove(id)
        return tasks

    def heartbeat(self, id: str, *, status: WorkerStatus | str | None = None, latency: float | None = None) -> None:
        """Note a sign of life. A worker that was offline is back, with nothing held.

        Args:
            id: whose.
            status: ``overloaded`` where it has too much by its own word, ``idle`` or ``busy`` where it has not; None:
                as before.
            latency: seconds from here to it, where it was measured.

        Raises:
            UnknownWorkerError: no worker has that id; it has to register.
            FieldError: a status that is not for workers to say (drain and deregister are calls of their own).
            FieldError, FieldTypeError: ``latency`` is no number >= 0.
        """
        entry = self._entry(id)
        said = None if status is None else WorkerStatus.read(status)
        if said is not None and said not in _SAYS:
            raise FieldError("status", f"a heartbeat says idle, busy or overloaded, not {said.value!r}")
        latency = validation.optional_number("latency", latency, least=0)
        entry.seen = self._clock()
        entry.offline = False
        if said is not None:
            entry.says_overloaded = said is WorkerStatus.OVERLOADED
        self._show(id, entry)
        if latency is not None:
            self.pool.update(id, latency=latency)

    def drain(self, id: str) -> None:
        """Give a worker nothing new; it finishes what it holds.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        entry = self._entry(id)
        entry.draining = True
        self._show(id, entry)

    def expire(self) -> list[QueuedTask]:
        """Mark those as offline whose heartbeat is late, and return what they held, for others to do."""
        now = self._clock()
        returned: list[QueuedTask] = []
        for id, entry in list(self._entries.items()):
            silent = now - entry.seen
            if not entry.offline and silent > self._heartbeat_timeout:
                entry.offline = True
                returned += self._give_back(entry)
                self._show(id, entry)
            elif entry.offline and silent > self._heartbeat_timeout + FORGOTTEN_AFTER:
                self.deregister(id)
        return returned

    # --- tasks ------------------------------------------------------------------------------------------------------

    def assign_task(self, worker_id: str, task: QueuedTask) -> str:
        """Note that a worker holds a task from now on, and return the task's id.

        Whether the worker suits the task is the balancer's question; here it has to be there and have room.

        Raises:
            UnknownWorkerError: no worker has that id.
            TaskConflictError: some worker holds the task.
            WorkerUnavailableError: the worker is offline, draining or overloaded, or the task does not fit.
            FieldTypeError: ``task`` is no QueuedTask.
        """
        if not isinstance(task, QueuedTask):
            raise FieldTypeError("task", f"must be a QueuedTask, not {task!r}")
        entry = self._entry(worker_id)
        if task.id in self._holders:
            raise TaskConflictError(task.id, "assigned", f"worker {self._holders[task.id]!r} holds it")
        worker = self._info(worker_id)
        for rule in _AVAILABILITY:
            reason = rule.rejection(task.requirements, worker)
            if reason is not None:
                raise WorkerUnavailableError(worker_id, reason.code, reason.detail)
        entry.holding.add(QueuedTask(task.id, task.requirements, worker_id), self._clock())
        self._holders[task.id] = worker_id
        self._show(worker_id, entry)
        return task.id

    def complete_task(
        self, worker_id: str, task_id: str, success: bool, duration: float | None = None
    ) -> CompletedTask:
        """Note that a worker has finished a task, and return the record of it. It is a sign of life, too.

        Args:
            worker_id: who held it.
            task_id: which.
            success: whether it succeeded.
            duration: seconds that it took; None: the time since it was assigned.

        Raises:
            UnknownWorkerError: no worker has that id.
            UnknownTaskError: the worker does not hold the task.
            FieldError, FieldTypeError: ``duration`` is no number >= 0.
        """
        entry = self._entry(worker_id)
        if task_id not in entry.holding:
            raise UnknownTaskError(task_id, f"worker {worker_id!r} holds none of that id")
        measured = validation.optional_number("duration", duration, least=0)
        now = self._clock()
        held = entry.holding.remove(task_id)
        del self._holders[task_id]
        took = max(0.0, now - held.since) if measured is None else measured
        done = CompletedTask(task_id, held.task.requirements.task_type, bool(success), took)
        entry.outcomes.add(done, now)
        entry.seen = now
        self._show(worker_id, entry, entry.outcomes.metrics(now - entry.since))
        return done

    def get_worker(self, id: str) -> RegisteredWorker | None:
        """Return a worker as it is now, with what it holds and has done; None: no worker has that id."""
        entry = self._entries.get(id)
        if entry is None:
            return None
        active = FrozenDict({task.id: task for task in entry.holding.tasks()})
        metrics = entry.outcomes.metrics(self._clock() - entry.since)
        return RegisteredWorker(self._info(id).replace(metrics=metrics), active, tuple(entry.outcomes.recent))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _entry(self, id: str) -> Entry:
        entry = self._entries.get(id)
        if entry is None:
            raise UnknownWorkerError(id)
        return entry

    def _info(self, id: str) -> WorkerInfo:
        worker = self.pool.get(id)
        assert worker is not None, "pool and entries hold the same ids"
        return worker

    def _give_back(self, entry: Entry) -> list[QueuedTask]:
        """Take from a worker what it holds; nobody is named by those tasks any more."""
        tasks = [QueuedTask(task.id, task.requirements) for task in entry.holding.clear()]
        for task in tasks:
            del self._holders[task.id]
        return tasks

    def _show(self, id: str, entry: Entry, metrics: WorkerMetrics | None = None) -> None:
        """Bring the pool's picture of a worker up to date."""
        worker = self._info(id)
        load, status, seat = entry.holding.load, entry.status, self.pool.seat(id)
        assert seat is not None, "pool and entries hold the same ids"
        if metrics is not None or worker.status is not status:
            self.pool.put(seat, pictured(worker, load, status, metrics or worker.metrics))
        elif worker.current_load != load:
            self.pool.put(seat, worker.with_load(load))
