"""Handlers: what they are called with, what they may return, and how they are found."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from apportion import validation
from apportion.clock import monotonic_clock
from apportion.errors import FieldTypeError, did_you_mean
from apportion.executors.outcomes import error_line, of_exception
from apportion.ports import Attempt, Outcome

Handler = Callable[..., Any]
"""Called with the payload; and with a `TaskContext` where it has a second parameter without a default."""


class TaskContext:
    """What a handler may know of the attempt that it runs.

    Attributes:
        task_id: the task.
        task_type: its type.
        worker_id: the worker that it runs on.
        attempt: which assignment of the task this is, from 1.
        lease: the fencing token, for whatever the handler writes elsewhere.
        timeout: seconds that the attempt may take, or None.
        traceparent: the attempt's span, for spans of the handler's own, where the submit brought a trace.
        cancelled: True from the moment the attempt's result is not wanted any more. A function that takes long looks
            at it now and then, and returns.
    """

    __slots__ = ("attempt", "cancelled", "lease", "task_id", "task_type", "timeout", "traceparent", "worker_id")

    def __init__(self, attempt: Attempt) -> None:
        self.task_id = attempt.task_id
        self.task_type = attempt.task_type
        self.worker_id = attempt.worker_id
        self.attempt = attempt.attempt
        self.lease = attempt.lease
        self.timeout = attempt.timeout
        self.traceparent = attempt.traceparent
        self.cancelled = False


class Bound:
    """A handler under its name, ready to be called.

    Attributes:
        name: for people.
        handler: the function.
        wants_context: whether it takes a `TaskContext`.
    """

    def __init__(self, name: str, handler: Handler) -> None:
        self.name = name
        self.handler = handler
        self.wants_context = wants_context(handler)

    def call(self, payload: Any, context: TaskContext) -> Any:
        """Call it with the payload, and with the context if it takes that."""
        return self.handler(payload, context) if self.wants_context else self.handler(payload)

    def run(self, payload: Any, context: TaskContext) -> Outcome:
        """Call it here and now, and return what became of it. Raises nothing, whatever the handler does."""
        began = monotonic_clock()
        try:
            value = self.call(payload, context)
        except BaseException as error:  # noqa: BLE001 -- sys.exit() in a handler fails its attempt, not the worker
            return of_exception(error, monotonic_clock() - began)
        return self.returned(value, monotonic_clock() - began)

    def returned(self, value: Any, duration: float) -> Outcome:
        """Return the outcome of a handler that returned ``value``: a failure where that is not JSON."""
        try:
            return Outcome(success=True, result=as_json(value), duration=duration)
        except Exception as error:  # noqa: BLE001 -- a value may raise anything when it is looked at
            problem = f"{self.name} returned {type(value).__name__}, which is not JSON ({error_line(error)})"
            return Outcome(success=False, error=problem, duration=duration, fault="task")


class Handlers:
    """The handlers of a worker by task type.

    Args:
        given: task type to handler.
        bind: checks one and makes it ready; called with the task type and the handler.
    """

    def __init__(self, given: Mapping[str, Handler], bind: Callable[[str, Handler], Bound]) -> None:
        validation.mapping("handlers", given)
        self._bound = {task_type: bind(task_type, handler) for task_type, handler in given.items()}

    def __getitem__(self, task_type: str) -> Bound:
        return self._bound[task_type]

    def __contains__(self, task_type: str) -> bool:
        return task_type in self._bound

    def __iter__(self) -> Iterator[str]:
        return iter(self._bound)


def no_handler(attempt: Attempt, known: Iterable[str]) -> Outcome:
    """Return the outcome of an attempt of a type that nobody here handles."""
    names = sorted(known)
    near = did_you_mean(attempt.task_type, names)
    problem = f"worker {attempt.worker_id!r} has no handler for {attempt.task_type!r}{near}"
    return Outcome(success=False, error=f"{problem}; it has: {', '.join(names) or 'none'}", fault="worker")


def bind_plain(task_type: str, handler: Handler) -> Bound:
    """Bind a plain function.

    Raises:
        FieldTypeError: it is a coroutine function, or cannot be called.
    """
    if is_coroutine_handler(handler):
        raise FieldTypeError(
            f"handlers[{task_type!r}]", f"{name_of(handler)} is a coroutine; it needs CoroutineExecutor"
        )
    return Bound(_callable(task_type, handler), handler)


def bind_coroutine(task_type: str, handler: Handler) -> Bound:
    """Bind a coroutine function.

    Raises:
        FieldTypeError: it is a plain function, which would hold up the event loop, or cannot be called.
    """
    name = _callable(task_type, handler)
    if not is_coroutine_handler(handler):
        raise FieldTypeError(f"handlers[{task_type!r}]", f"{name} is no coroutine (async def); it needs ThreadExecutor")
    return Bound(name, handler)


def is_coroutine_handler(handler: Handler) -> bool:
    """Return whether calling the handler gives something to await."""
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(getattr(handler, "__call__", None))  # noqa: B004


def wants_context(handler: Handler) -> bool:
    """Return whether the handler takes a `TaskContext` behind its payload.

    It does when a second positional parameter has no default, or is called ``context``. Other parameters with
    defaults are the handler's own business and keep them.
    """
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):  # some builtins do not tell
        return False
    positional = [each for each in parameters if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}]
    return len(positional) > 1 and (positional[1].default is inspect.Parameter.empty or positional[1].name == "context")


def name_of(handler: Handler) -> str:
    """Return the name under which people know the handler."""
    function = getattr(handler, "func", handler)  # a functools.partial
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"{module}.{name}" if module else name


def as_json(value: Any) -> Any:
    """Return the value as it comes back from JSON, so that every store gives the same back.

    Raises:
        TypeError, ValueError: it is not JSON; NaN and infinities are not.
    """
    if value is None or type(value) in {bool, int, str}:
        return value
    return json.loads(json.dumps(value, allow_nan=False))


def _callable(task_type: str, handler: Handler) -> str:
    if not callable(handler):
        raise FieldTypeError(f"handlers[{task_type!r}]", f"must be a function, not {handler!r}")
    return name_of(handler)
