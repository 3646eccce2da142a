"""Every error that Apportion raises, by whose doing it was.

::

    ApportionError
    ├── CallerError                    the call made no sense: mend the call
    │   ├── FieldError (ValueError)        a field holds a value that is not allowed
    │   ├── FieldTypeError (TypeError)     a field holds a value of the wrong type
    │   ├── UnknownStrategyError (ValueError)
    │   ├── UnknownWorkerError (KeyError)
    │   ├── UnknownTaskError (KeyError)
    │   ├── DuplicateError (ValueError)    an id that is there already
    │   ├── WorkerUnavailableError         the worker is drained, offline or full
    │   ├── TaskConflictError              the task is not in a state that allows this
    │   └── NotRunningError                the distributor is not open, or not any more
    ├── ConfigurationError             the set-up is wrong: mend a file, a flag or the installation
    │   ├── InputFileError                 a tasks or fleet file, with its line
    │   ├── MissingExtraError              an optional part is not installed
    │   ├── NotAllowedError                a service wants a token, or another one
    │   └── NoProvisionerError             nobody was named who could start workers
    ├── WorldError                     the surroundings failed: disk, database, another process
    │   ├── StoreError                     the store could not do its work
    │   │   ├── StoreHeldError                 another process holds it
    │   │   ├── StoreFullError                 the disk is full
    │   │   ├── StoreDamagedError              its file is not, or not any more, what a store can read
    │   │   └── SchemaTooNewError              written by a newer Apportion
    │   ├── QueueFullError                 backpressure: come back later
    │   ├── ServiceError                   a service failed on the call
    │   │   └── ServiceUnavailableError        it gave no answer, or only that it cannot now
    │   └── ResultTimeoutError (TimeoutError)
    ├── StrategyError                  a strategy raised, or chose a worker that it was not given
    └── TaskFailedError                the task itself ended without success

A refusal to place a task is no error: it is ``None``, and ``explain`` says why.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class ApportionError(Exception):
    """The root of the tree; catch it to catch everything that Apportion raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle as it is; Python would call the class with the message alone."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


class CallerError(ApportionError):
    """The call made no sense; the message says what is allowed."""


class _NamedFieldError(CallerError):
    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class FieldError(_NamedFieldError, ValueError):
    """A field holds a value that is not allowed.

    Attributes:
        field: the field's name, with its owner where there is one (``WorkerInfo.max_capacity``).
    """


class FieldTypeError(_NamedFieldError, TypeError):
    """A field holds a value of the wrong type; ``field`` as of a `FieldError`."""


class UnknownStrategyError(CallerError, ValueError):
    """No strategy of that name is registered; the message lists the known ones."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(f"unknown strategy {name!r}{did_you_mean(name, names)}; known: {', '.join(names)}")
        self.name = name
        self.known = names


class _UnknownIdError(CallerError, KeyError):
    """Shared shape of the two unknown-id errors: a KeyError whose message reads as a sentence."""

    noun = "id"

    def __init__(self, id: str, remedy: str = "") -> None:
        super().__init__(id)
        self.id = id
        self.remedy = remedy

    def __str__(self) -> str:
        return f"no {self.noun} with the id {self.id!r}" + (f"; {self.remedy}" if self.remedy else "")


class UnknownWorkerError(_UnknownIdError):
    """No worker has that id."""

    noun = "worker"


class UnknownTaskError(_UnknownIdError):
    """No task has that id."""

    noun = "task"


class DuplicateError(CallerError, ValueError):
    """Something with that id is there already."""

    def __init__(self, noun: str, id: str) -> None:
        super().__init__(f"a {noun} with the id {id!r} is there already; ids are unique")
        self.id = id


class WorkerUnavailableError(CallerError):
    """The worker cannot take this task now: it is draining, offline, overloaded or has no room.

    Attributes:
        worker_id: the worker that was asked.
        code: the rejection code of ``core.md`` section 3.
    """

    def __init__(self, worker_id: str, code: str, detail: str) -> None:
        super().__init__(f"worker {worker_id!r} cannot take the task ({code}): {detail}")
        self.worker_id = worker_id
        self.code = code


class TaskConflictError(CallerError):
    """The task's state does not allow this; the message names the state.

    Attributes:
        task_id: the task.
        state: the state that it is in.
    """

    def __init__(self, task_id: str, state: str, problem: str) -> None:
        super().__init__(f"task {task_id!r} is {state}: {problem}")
        self.task_id = task_id
        self.state = state


class NotRunningError(CallerError):
    """The distributor is not open yet, or not any more; unfinished tasks go on when their store is opened again."""

    def __init__(self, problem: str = "the distributor is not open; use it within `async with`") -> None:
        super().__init__(problem)


class ConfigurationError(ApportionError):
    """The set-up is wrong; mend a file, a flag or the installation."""


class InputFileError(ConfigurationError):
    """A file of the user's could not be understood.

    Attributes:
        path: the file.
        line: its line, counted from 1, or None where the file as a whole is meant.
    """

    def __init__(self, path: str, line: int | None, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}" if line else f"{path}: {problem}")
        self.path = path
        self.line = line


class MissingExtraError(ConfigurationError):
    """An optional part is not installed; the message is the exact install line."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an optional part: pip install 'apportion[{extra}]'")
        self.extra = extra


class NotAllowedError(ConfigurationError):
    """A service wants a token, or one with another role.

    Attributes:
        status: of HTTP: 401 or 403; 429 where the token is wrong and so were many before it.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{detail}; give a token that may, as token=… or in APPORTION_TOKEN")
        self.status = status


class NoProvisionerError(ConfigurationError):
    """``scale_workers`` was asked, and nobody was named who could start or stop workers."""


class WorldError(ApportionError):
    """The surroundings failed; what was acknowledged is kept."""


class StoreError(WorldError):
    """The store could not do its work; nothing was half done."""


class StoreHeldError(StoreError):
    """Another process holds the store, or what else ``noun`` says.

    Attributes:
        path: the store.
        holder: who holds it, as it described itself.
    """

    def __init__(self, path: str, holder: str, noun: str = "store") -> None:
        super().__init__(f"the {noun} {path} is held by {holder}; wait for it to end, or name another {noun}")
        self.path = path
        self.holder = holder


class StoreFullError(StoreError):
    """The disk is full; what was acknowledged is kept, what was asked now is not done."""


class StoreDamagedError(StoreError):
    """The store's file is damaged, or was never a store."""


class SchemaTooNewError(StoreError):
    """The store was written by a newer Apportion; this one leaves it alone."""


class QueueFullError(WorldError):
    """The queue has reached its limit; nothing was accepted.

    Attributes:
        retry_after: seconds after which another try is reasonable.
    """

    def __init__(self, limit: int, retry_after: float) -> None:
        super().__init__(f"the queue holds its limit of {limit} tasks; try again in {retry_after:g} s")
        self.limit = limit
        self.retry_after = retry_after


class ServiceError(WorldError):
    """A service failed on the call; its log says why."""


class ServiceUnavailableError(ServiceError):
    """A service gave no answer, or only that it cannot now. Whether it did what was asked may not be known.

    Attributes:
        url: the service.
        tries: how often it was asked.
    """

    def __init__(self, url: str, tries: int, reason: str) -> None:
        times = "once" if tries == 1 else f"{tries} times"
        super().__init__(f"no answer from {url}, asked {times}: {reason}")
        self.url = url
        self.tries = tries


class ResultTimeoutError(WorldError, TimeoutError):
    """The task had not ended when the time to wait for it was over; it goes on."""


class StrategyError(ApportionError):
    """A strategy raised, or chose a worker that it was not given.

    Attributes:
        strategy: its name.
    """

    def __init__(self, strategy: str, problem: str) -> None:
        super().__init__(f"strategy {strategy!r} {problem}")
        self.strategy = strategy


class TaskFailedError(ApportionError):
    """The task ended without success.

    Attributes:
        task_id: the task.
        state: ``failed`` or ``cancelled``.
        reason: what its last attempt reported.
    """

    def __init__(self, task_id: str, state: str, reason: str) -> None:
        super().__init__(f"task {task_id!r} {state}: {reason}")
        self.task_id = task_id
        self.state = state
        self.reason = reason


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` with the nearest known name, or nothing when none is near."""
    near = get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
