"""A handle on a submitted task."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol
from weakref import WeakValueDictionary

from apportion.errors import ResultTimeoutError, TaskFailedError
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task


class TaskSource(Protocol):
    """What a handle asks."""

    async def task(self, task_id: str) -> Task:
        """Return a task's record."""
        ...

    async def cancel(self, task_id: str) -> None:
        """Cancel a task."""
        ...


class TaskHandle:
    """What a client keeps of a task that it submitted.

    Attributes:
        id: the task's id.
    """

    __slots__ = ("__weakref__", "_ended", "_source", "_waiters", "id")

    def __init__(self, id: str, source: TaskSource) -> None:
        self.id = id
        self._source = source
        self._ended: Task | None = None
        self._waiters: list[asyncio.Future[Task]] = []

    def __repr__(self) -> str:
        return f"TaskHandle({self.id!r})"

    @property
    def done(self) -> bool:
        """Whether the task has ended, as far as this process has seen."""
        return self._ended is not None

    @property
    def ended(self) -> Task | None:
        """The task's record, once it has ended, as far as this process has seen."""
        return self._ended

    async def result(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109 -- the call is given
        """Wait until the task has ended, and return what its handler returned.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Raises:
            TaskFailedError: it failed or was cancelled; the message says why.
            ResultTimeoutError: it has not ended by then; it goes on.
            NotRunningError: the distributor was closed before the task ended.
        """
        task = await self.wait(timeout)
        if task.state is not TaskState.SUCCEEDED:
            raise TaskFailedError(task.id, task.state.value, task.error or "no reason was given")
        return task.result

    async def wait(self, timeout: float | None = None) -> Task:  # noqa: ASYNC109 -- the call is given
        """Wait until the task has ended, however, and return its record.

        Raises:
            ResultTimeoutError: it has not ended within ``timeout`` seconds; it goes on.
            NotRunningError: the distributor was closed before the task ended.
        """
        if self._ended is not None:
            return self._ended
        waiter: asyncio.Future[Task] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout):
                return await waiter
        except TimeoutError:
            raise ResultTimeoutError(f"task {self.id!r} has not ended after {timeout:g} s; it goes on") from None
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    async def task(self) -> Task:
        """Return the task's record as it is now."""
        return self._ended or await self._source.task(self.id)

    async def cancel(self) -> None:
        """Cancel the task.

        Raises:
            TaskConflictError: it has ended before.
        """
        await self._source.cancel(self.id)

    def settle(self, task: Task) -> None:
        """Take in that the task has ended; called by the driver."""
        self._ended = task
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(task)

    def reopen(self) -> None:
        """Take in that the task was queued again by request; called by the driver."""
        self._ended = None

    def abandon(self, error: Exception) -> None:
        """Take in that nobody will ever know here; called by the driver."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)


class Handles:
    """The handles that somebody keeps, one for each task; those that nobody keeps cost nothing."""

    def __init__(self) -> None:
        self._by_id: WeakValueDictionary[str, TaskHandle] = WeakValueDictionary()

    def get(self, task_id: str) -> TaskHandle | None:
        """Return the handle of a task, if anybody has one."""
        return self._by_id.get(task_id)

    def of(self, task_id: str, source: TaskSource) -> TaskHandle:
        """Return the handle of a task, made if need be."""
        handle = self._by_id.get(task_id)
        if handle is None:
            handle = self._by_id[task_id] = TaskHandle(task_id, source)
        return handle

    def take_in(self, task: Task) -> None:
        """Take in a durable change of a task's state."""
        handle = self._by_id.get(task.id)
        if handle is None:
            return
        if task.state.final:
            handle.settle(task)
        else:
            handle.reopen()

    def abandon(self, error: Exception) -> None:
        """Tell all who wait that nobody will ever know here."""
        for handle in list(self._by_id.values()):
            handle.abandon(error)
