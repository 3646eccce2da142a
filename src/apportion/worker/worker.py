"""A worker: what it can do, and what does it."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import TypeVar

from apportion import validation
from apportion.errors import ConfigurationError, FieldError, FieldTypeError, did_you_mean
from apportion.executors.function_name import name_function
from apportion.executors.handlers import is_coroutine_handler
from apportion.model.constraint import LabelValue
from apportion.model.worker import WorkerInfo
from apportion.sdk.settings import checked_url, token_of
from apportion.sdk.work.config import WorkerConfig
from apportion.sdk.work.hands import Chosen
from apportion.sdk.work.run import WorkerRun
from apportion.sdk.work.setup import WorkerSetup
from apportion.sdk.work.task import TaskHandler
from apportion.wire.workers import Registration

H = TypeVar("H", bound=TaskHandler)

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_EXECUTORS = ("thread", "process")


class Worker:
    """A worker of a service.

    ::

        worker = Worker("http://127.0.0.1:8620", capabilities={"typescript"}, max_capacity=10)


        @worker.handler("test-generation")
        def generate(task):
            return f"tests for {task.payload['file']}"


        worker.run()

    Args:
        url: of the service; None: the environment's ``APPORTION_URL``, else ``http://127.0.0.1:8620``.
        capabilities: what it can do.
        max_capacity: how much it takes at once, in units of complexity; so many functions run in threads at once.
        id: by which it is known, also after a restart; None: the service gives it one. No two may have the same.
        kind: for people and rules.
        region: where it is.
        labels: what constraints look at.
        token: what the service wants to see; None: the environment's ``APPORTION_TOKEN``, if there is one.
        config: how it behaves.

    Attributes:
        url: may be set until it runs.
        token: may be set until it runs.
        id: may be set until it runs.
        config: may be set until it runs.

    Raises:
        FieldError, FieldTypeError: naming the argument.
    """

    def __init__(
        self,
        url: str | None = None,
        capabilities: Iterable[str] = (),
        max_capacity: float = 1,
        *,
        id: str | None = None,
        kind: str | None = None,
        region: str | None = None,
        labels: Mapping[str, LabelValue] | None = None,
        token: str | None = None,
        config: WorkerConfig | None = None,
    ) -> None:
        self.url = checked_url(url)
        self.token = token
        self.id = id
        self.config = config or WorkerConfig()
        self._info = WorkerInfo(
            id or "worker", capabilities, max_capacity, kind=kind, region=region, labels=labels or {}
        )
        self._handlers: dict[str, Chosen] = {}
        self._commands: set[str] = set()
        self._commands_allowed = False
        self._run: WorkerRun | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- what does it -----------------------------------------------------------------------------------------------

    def handler(self, task_type: str, *, executor: str = "thread") -> Callable[[H], H]:
        """Return a decorator: the function does the tasks of that type.

        It is called with a `Task`. What it returns (JSON) is the result; an exception fails the attempt; `Busy` and
        `Fatal` say more. ``async def`` runs on the event loop, any other function in a thread.

        Args:
            task_type: the tasks.
            executor: ``"process"``: it runs in a process of its own, so that it can be killed, and may hold the
                interpreter for as long as it likes; it then has to stand at the top level of a module.

        Raises:
            FieldError, FieldTypeError: naming what is not allowed; a type that has a handler already.
        """

        def decorated(function: H) -> H:
            self.add_handler(task_type, function, executor=executor)
            return function

        return decorated

    def add_handler(self, task_type: str, function: TaskHandler, *, executor: str = "thread") -> None:
        """Let a function do the tasks of a type; see `handler`."""
        validation.text("task_type", task_type)
        if executor not in _EXECUTORS:
            near = did_you_mean(executor, _EXECUTORS)
            raise FieldError("executor", f"must be 'thread' or 'process', not {executor!r}{near}")
        if not callable(function):
            raise FieldTypeError(f"handlers[{task_type!r}]", f"must be a function, not {function!r}")
        if executor == "process" and is_coroutine_handler(function):
            raise FieldError(f"handlers[{task_type!r}]", "a coroutine runs on the event loop, not in a process")
        self._refuse_known(task_type)
        self._handlers[task_type] = Chosen(function, executor)

    def command_handler(self, *task_types: str) -> None:
        """Run payloads like ``{"command": ["wc", "-l", "file"], "env": {}, "cwd": "."}`` of these types as commands.

        That has to be allowed, too: by `allow_commands`, or ``apportion worker --allow-commands``.
        """
        for task_type in task_types:
            validation.text("task_type", task_type)
            self._refuse_known(task_type)
            self._commands.add(task_type)

    def allow_commands(self) -> None:
        """Let commands be run. Without a `command_handler`, tasks of every type without a handler are commands.

        Whoever may submit tasks may then run anything here, with the rights of this process.
        """
        self._commands_allowed = True

    def _refuse_known(self, task_type: str) -> None:
        if task_type in self._handlers or task_type in self._commands:
            raise FieldError(f"handlers[{task_type!r}]", "there is one already")

    # --- its life ---------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Work until SIGTERM, Ctrl-C, `stop`, or until the service drains this worker.

        The first signal lets it finish what it runs, hand back what it has not started, and take leave; the second ends
        it at once, and what it runs is handed back.

        Raises:
            ConfigurationError: it has no handler, or commands are not allowed; its id is another's.
            NotAllowedError: the service wants a token, or another one.
            FieldError: the service does not accept what the worker says of itself.
        """
        asyncio.run(self.serve())

    async def serve(self) -> None:
        """`run` for an event loop that is there already."""
        if self._run is not None:
            raise ConfigurationError("this worker runs already; make another one with an id of its own")
        self._run = WorkerRun(self._setup())
        self._loop = asyncio.get_running_loop()
        try:
            with _signals(self._run.stop):
                await self._run.run()
        finally:
            self._run = None

    def stop(self) -> None:
        """Ask it to end, as a signal does; from any thread. Nothing happens where it does not run."""
        if self._run is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._run.stop)

    def _setup(self) -> WorkerSetup:
        if not self._handlers and not self._commands_allowed:
            raise ConfigurationError("the worker has no handler; add one with @worker.handler('type')")
        if self._commands and not self._commands_allowed:
            types = ", ".join(sorted(self._commands))
            raise ConfigurationError(
                f"commands ({types}) are not allowed; call worker.allow_commands(), or start with --allow-commands"
            )
        for task_type, chosen in self._handlers.items():
            if chosen.executor == "process":
                name_function(f"handlers[{task_type!r}]", chosen.handler)
        info, every_type = self._info, self._commands_allowed and not self._commands
        said = Registration(
            capabilities=sorted(info.capabilities),
            max_capacity=info.max_capacity,
            id=self.id,
            task_types=None if every_type else sorted({*self._handlers, *self._commands}),
            kind=info.kind,
            region=info.region,
            labels=dict(info.labels),
        )
        commands = frozenset(self._commands) if self._commands_allowed else None
        return WorkerSetup(checked_url(self.url), token_of(self.token), said, self._handlers, commands, self.config)


@contextmanager
def _signals(stop: Callable[[], None]) -> Generator[None]:
    """Pass signals on while the context lasts, where this is the thread that gets them."""
    here = threading.current_thread() is threading.main_thread()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS if here else ():
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS if here else ():
            loop.remove_signal_handler(number)
