"""What a client keeps of a task that it submitted."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from apportion.sdk.task_calls import result_of
from apportion.wire.tasks import TaskView


class Waiting(Protocol):
    """What a blocking handle asks."""

    def wait(self, task_id: str, /, timeout: float | None = None) -> TaskView:
        """Wait until a task has ended."""
        ...

    def get(self, task_id: str, /) -> TaskView:
        """Return a task as it is now."""
        ...

    def cancel(self, task_id: str, /) -> TaskView:
        """Cancel a task."""
        ...


class AsyncWaiting(Protocol):
    """What an asynchronous handle asks."""

    def wait(self, task_id: str, /, timeout: float | None = None) -> Coroutine[Any, Any, TaskView]:
        """Wait until a task has ended."""
        ...

    def get(self, task_id: str, /) -> Coroutine[Any, Any, TaskView]:
        """Return a task as it is now."""
        ...

    def cancel(self, task_id: str, /) -> Coroutine[Any, Any, TaskView]:
        """Cancel a task."""
        ...


class TaskHandle:
    """A task at a service.

    Attributes:
        id: the task's id.
    """

    __slots__ = ("_client", "_ended", "id")

    def __init__(self, id: str, client: Waiting) -> None:
        self.id = id
        self._client = client
        self._ended: TaskView | None = None

    def __repr__(self) -> str:
        return f"TaskHandle({self.id!r})"

    def wait(self, timeout: float | None = None) -> TaskView:
        """Wait until the task has ended, however, and return it.

        Raises:
            ResultTimeoutError: it has not ended within ``timeout`` seconds; it goes on.
        """
        if self._ended is None:
            self._ended = self._client.wait(self.id, timeout)
        return self._ended

    def result(self, timeout: float | None = None) -> Any:
        """Wait until the task has ended, and return what its handler returned.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Raises:
            TaskFailedError: it failed or was cancelled; the message says why.
            ResultTimeoutError: it has not ended by then; it goes on.
        """
        return result_of(self.wait(timeout))

    def get(self) -> TaskView:
        """Return the task as it is now."""
        return self._client.get(self.id)

    def cancel(self) -> TaskView:
        """Cancel the task.

        Raises:
            TaskConflictError: it has ended.
        """
        return self._client.cancel(self.id)


class AsyncTaskHandle:
    """`TaskHandle` to be awaited.

    Attributes:
        id: the task's id.
    """

    __slots__ = ("_client", "_ended", "id")

    def __init__(self, id: str, client: AsyncWaiting) -> None:
        self.id = id
        self._client = client
        self._ended: TaskView | None = None

    def __repr__(self) -> str:
        return f"AsyncTaskHandle({self.id!r})"

    async def wait(self, timeout: float | None = None) -> TaskView:  # noqa: ASYNC109 -- the call is given
        """Wait until the task has ended; see `TaskHandle.wait`."""
        if self._ended is None:
            self._ended = await self._client.wait(self.id, timeout)
        return self._ended

    async def result(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109 -- the call is given
        """Wait for the result; see `TaskHandle.result`."""
        return result_of(await self.wait(timeout))

    async def get(self) -> TaskView:
        """Return the task as it is now."""
        return await self._client.get(self.id)

    async def cancel(self) -> TaskView:
        """Cancel the task; see `TaskHandle.cancel`."""
        return await self._client.cancel(self.id)
