"""What a handler of a remote worker is called with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apportion.executors.handlers import TaskContext, is_coroutine_handler, name_of

TaskHandler = Callable[["Task"], Any]
"""Called with a `Task`; what it returns (JSON) is the result."""


class Task:
    """One attempt of a task, as its handler sees it.

    Attributes:
        payload: what the client gave.
    """

    __slots__ = ("_context", "payload")

    def __init__(self, payload: Any, context: TaskContext) -> None:
        self.payload = payload
        self._context = context

    @property
    def id(self) -> str:
        """The task's id."""
        return self._context.task_id

    @property
    def task_type(self) -> str:
        """Its type."""
        return self._context.task_type

    @property
    def worker_id(self) -> str:
        """The worker that it runs on."""
        return self._context.worker_id

    @property
    def attempt(self) -> int:
        """Which assignment of the task this is, from 1."""
        return self._context.attempt

    @property
    def lease(self) -> int:
        """The fencing token: it only grows, so that whatever the handler writes elsewhere can refuse an older one."""
        return self._context.lease

    @property
    def timeout(self) -> float | None:
        """Seconds that the attempt may take, or None."""
        return self._context.timeout

    @property
    def traceparent(self) -> str | None:
        """The attempt's span as W3C Trace Context writes it, for spans of the handler's own; None: it has no trace."""
        return self._context.traceparent

    @property
    def cancelled(self) -> bool:
        """Whether the result is not wanted any more: the task was cancelled, timed out, or is not this worker's now.

        A function that takes long looks at it now and then, and returns. In a process it stays False: there the
        process is killed.
        """
        return self._context.cancelled

    def __repr__(self) -> str:
        return f"Task({self.id!r}, {self.task_type!r}, attempt={self.attempt})"


Adapted = Callable[[Any, TaskContext], Any]


def taking_task(handler: TaskHandler) -> Adapted:
    """Return what an executor can call for a handler that takes a `Task`."""
    if is_coroutine_handler(handler):

        async def awaited(payload: Any, context: TaskContext) -> Any:
            return await handler(Task(payload, context))

        return _named(awaited, handler)

    def called(payload: Any, context: TaskContext) -> Any:
        return handler(Task(payload, context))

    return _named(called, handler)


def _named(made: Adapted, handler: TaskHandler) -> Adapted:
    """Give it the handler's name, for messages."""
    made.__module__, _, made.__qualname__ = name_of(handler).rpartition(".")
    return made
