"""`WorkerRegistry`: the worker table with a lock around it, for those who embed the core without the runtime."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from threading import RLock

from apportion import validation
from apportion.clock import Clock, wall_clock
from apportion.core.pool.view import PoolView
from apportion.errors import FieldTypeError, NoProvisionerError
from apportion.model.task import QueuedTask
from apportion.model.worker import WorkerInfo, WorkerStatus
from apportion.ports import Provisioner
from apportion.registry.entry import RegisteredWorker
from apportion.registry.outcomes import CompletedTask
from apportion.registry.table import WorkerTable


class WorkerRegistry:
    """Who is there, how they are and what they hold, in memory. Its methods may be called from any thread.

    Each method does all of its work or raises and changes nothing; what each does in detail stands in `WorkerTable`.

    Args:
        clock: returns Unix seconds.
        heartbeat_timeout: seconds of silence after which `expire` takes a worker for offline, > 0.
        provisioner: who starts and stops workers for `scale_workers`.

    Raises:
        FieldError, FieldTypeError: ``heartbeat_timeout`` is no number > 0, ``provisioner`` cannot scale.
    """

    def __init__(
        self, *, clock: Clock = wall_clock, heartbeat_timeout: float = 30.0, provisioner: Provisioner | None = None
    ) -> None:
        if provisioner is not None and not callable(getattr(provisioner, "scale", None)):
            raise FieldTypeError("provisioner", f"must have a method scale(wanted, present), not {provisioner!r}")
        self._table = WorkerTable(clock=clock, heartbeat_timeout=heartbeat_timeout)
        self._provisioner = provisioner
        self._lock = RLock()

    @contextmanager
    def steady(self) -> Generator[None, None, None]:
        """Keep other threads from changing anything meanwhile: for choosing and assigning in one step.

        With several threads, choose within it: a balancer reads the pool that `get_all` returns without asking for the
        lock. A balancer itself is for one thread at a time, which holding this lock ensures as well.
        """
        with self._lock:
            yield

    def register(self, worker: WorkerInfo) -> None:
        """Take in a worker that holds nothing; one that is offline may register again, and starts anew.

        Raises:
            DuplicateError: a worker of that id is there and not offline.
            FieldTypeError: it is no WorkerInfo.
        """
        with self._lock:
            self._table.register(worker)

    def deregister(self, id: str) -> list[QueuedTask]:
        """Let a worker go, and return what it held, for others to do.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        with self._lock:
            return self._table.deregister(id)

    def heartbeat(self, id: str, *, status: WorkerStatus | str | None = None, latency: float | None = None) -> None:
        """Note a sign of life, and what the worker says of itself: ``overloaded``, or ``idle`` or ``busy`` when not.

        Raises:
            UnknownWorkerError: no worker has that id; it has to register.
            FieldError, FieldTypeError: a status that is not for workers to say, or a latency that is no number >= 0.
        """
        with self._lock:
            self._table.heartbeat(id, status=status, latency=latency)

    def drain(self, id: str) -> None:
        """Give a worker nothing new; it finishes what it holds.

        Raises:
            UnknownWorkerError: no worker has that id.
        """
        with self._lock:
            self._table.drain(id)

    def get_all(self) -> PoolView:
        """Return all workers, offline ones too, in the order of registering: a live view that cannot be changed."""
        return PoolView(self._table.pool)

    def get_worker(self, id: str) -> RegisteredWorker | None:
        """Return a worker as it is now, with what it holds and has done; None: no worker has that id."""
        with self._lock:
            return self._table.get_worker(id)

    def assign_task(self, worker_id: str, task: QueuedTask) -> str:
        """Note that a worker holds a task from now on, and return the task's id.

        Raises:
            UnknownWorkerError: no worker has that id.
            TaskConflictError: some worker holds the task.
            WorkerUnavailableError: the worker is offline, draining or overloaded, or the task does not fit.
            FieldTypeError: ``task`` is no QueuedTask.
        """
        with self._lock:
            return self._table.assign_task(worker_id, task)

    def complete_task(
        self, worker_id: str, task_id: str, success: bool, duration: float | None = None
    ) -> CompletedTask:
        """Note that a worker has finished a task; ``duration`` in seconds, None: the time since it was assigned.

        Raises:
            UnknownWorkerError: no worker has that id.
            UnknownTaskError: the worker does not hold the task.
            FieldError, FieldTypeError: ``duration`` is no number >= 0.
        """
        with self._lock:
            return self._table.complete_task(worker_id, task_id, success, duration)

    def expire(self) -> list[QueuedTask]:
        """Mark those as offline whose heartbeat is late, and return what they held, for others to do."""
        with self._lock:
            return self._table.expire()

    def scale_workers(self, wanted: int) -> None:
        """Ask the provisioner for ``wanted`` workers. Those who come register, those who go deregister, as always.

        Raises:
            NoProvisionerError: none was named.
            FieldError, FieldTypeError: ``wanted`` is no whole number >= 0.
        """
        wanted = validation.count("wanted", wanted)
        if self._provisioner is None:
            raise NoProvisionerError(
                "scale_workers needs somebody who starts and stops workers: WorkerRegistry(provisioner=...)"
            )
        with self._lock:
            present = [worker for worker in self._table.pool if worker.status is not WorkerStatus.OFFLINE]
        # Without the lock: whoever is started may well register before the provisioner returns, from another thread.
        self._provisioner.scale(wanted, present)
