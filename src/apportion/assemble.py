"""Puts the parts together: the only file, beside the catalog, that names concrete stores and executors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Self

from apportion import validation
from apportion.catalog import ACCESS, BACK_UPS, EXECUTORS, RECORDS, STORES, load
from apportion.clock import Clock, Random, fresh_random, wall_clock
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.errors import ConfigurationError, FieldError, FieldTypeError, did_you_mean
from apportion.executors.handlers import Handler, is_coroutine_handler
from apportion.model.context import BalancingContext
from apportion.model.worker import WorkerInfo
from apportion.ports import AccessBook, Executor, Observer, TaskStore
from apportion.runtime.distributor import Distributor
from apportion.runtime.record_book import RecordBook
from apportion.runtime.submission import new_id
from apportion.runtime.sync import SyncDistributor

StorePlace = str | PathLike[str] | TaskStore | None
"""None: memory. A path, or ``sqlite:///path``: a SQLite file. Or a store of your own, which is closed with the run."""


class TaskDistributor(Distributor):
    """The embedded runtime.

    ::

        async with TaskDistributor.open("tasks.db") as distributor:
            distributor.add_local_worker(WorkerInfo("w1", {"typescript"}, 10), handlers={"lint": lint})
            handle = await distributor.submit("lint", payload, capabilities={"typescript"}, complexity=3)
            outcome = await handle.result(timeout=60)
    """

    @classmethod
    def open(
        cls,
        store: StorePlace = None,
        *,
        config: RuntimeConfig | None = None,
        strategy: Any = None,
        context: BalancingContext | None = None,
        observers: Iterable[Observer] = (),
        clock: Clock = wall_clock,
        rng: Random | None = None,
    ) -> Self:
        """Return a distributor that is opened by ``async with``.

        Args:
            store: where tasks are kept; None: in memory, gone with the process.
            config: how the run behaves; None: the defaults.
            strategy: a strategy, or the name of a registered one; None: adaptive.
            context: what the balancer starts from.
            observers: each is called with every fact once it is durable.
            clock: Unix seconds.
            rng: the random source; a seeded one repeats its picks.

        Raises:
            UnknownStrategyError: there is no strategy of that name.
            ConfigurationError: there is no store of that kind.
        """
        rng = fresh_random() if rng is None else rng
        named = isinstance(strategy, str)
        balancer = LoadBalancer(None if named else strategy, context, clock=clock, rng=rng)
        if named:
            balancer.set_strategy(strategy)
        return cls(store_opener(store), config or RuntimeConfig(), balancer, clock=clock, rng=rng, observers=observers)

    def add_local_worker(
        self,
        worker: WorkerInfo,
        handlers: Mapping[str, Handler] | None = None,
        *,
        executor: str | Executor = "thread",
    ) -> None:
        """Let a worker of this process take tasks.

        Without ``task_types`` of its own it takes the types that it has handlers for.

        Args:
            worker: what it is like.
            handlers: task type -> what does the work, called with the payload: a coroutine function runs on the event
                loop, any other in a thread or, with ``executor="process"``, in a process. One that takes a second
                argument is given a `TaskContext`.
            executor: ``"thread"``, ``"process"``, ``"command"`` (payloads like ``{"command": ["ls"]}`` are run as
                commands, in the current folder, for the worker's ``task_types`` or, where it has none, for all: a task
                that is no command line fails there) or an executor of your own for all types.

        Raises:
            FieldError, FieldTypeError: naming what is not allowed.
        """
        if not isinstance(worker, WorkerInfo):
            raise FieldTypeError("worker", f"must be a WorkerInfo, not {worker!r}")
        if handlers is not None and worker.task_types is None:
            worker = worker.replace(task_types=list(validation.mapping("handlers", handlers)))
        self.add_worker(worker, executors_of(worker, handlers, executor))


class SyncTaskDistributor(SyncDistributor[TaskDistributor]):
    """`TaskDistributor` for scripts and notebooks: the same calls without ``await``.

    ::

        with SyncTaskDistributor.open("tasks.db") as distributor:
            distributor.add_local_worker(WorkerInfo("w1", (), 4), handlers={"lint": lint})
            print(distributor.submit("lint", payload).result(timeout=60))
    """

    @classmethod
    def open(
        cls,
        store: StorePlace = None,
        *,
        config: RuntimeConfig | None = None,
        strategy: Any = None,
        context: BalancingContext | None = None,
        observers: Iterable[Observer] = (),
        clock: Clock = wall_clock,
        rng: Random | None = None,
    ) -> Self:
        """Return a distributor that is opened by ``with``; see `TaskDistributor.open`."""
        opened = TaskDistributor.open(
            store, config=config, strategy=strategy, context=context, observers=observers, clock=clock, rng=rng
        )
        return cls(opened)

    def add_local_worker(
        self, worker: WorkerInfo, handlers: Mapping[str, Handler] | None = None, *, executor: str | Executor = "thread"
    ) -> None:
        """Let a worker of this process take tasks; see `TaskDistributor.add_local_worker`."""
        self.call(partial(self.inner.add_local_worker, worker, handlers, executor=executor))


class _Opener:
    """Opens a part of the catalog when it is called."""

    def __init__(self, entry: str, *arguments: Any) -> None:
        self._entry = entry
        self._arguments = arguments

    def __call__(self) -> Any:
        return load(self._entry)(*self._arguments)


def store_opener(place: StorePlace) -> Any:
    """Return what opens a store.

    Raises:
        ConfigurationError: the place is of a kind that is not known.
        FieldTypeError: it is no place.
    """
    if place is None:
        return _Opener(STORES["memory"])
    if not isinstance(place, str | PathLike):
        if not callable(getattr(place, "commit", None)):
            raise FieldTypeError("store", f"must be a path, a store or None, not {place!r}")
        return lambda: place
    kind, where = _kind_and_place(fspath(place))
    return _Opener(STORES[kind], where)


def access_opener(place: StorePlace) -> Callable[[], AccessBook]:
    """Return what opens the tokens of a store; those of memory, or of a store of your own, are gone with the process.

    Raises:
        ConfigurationError: the place is of a kind that is not known.
    """
    if not isinstance(place, str | PathLike):
        return _Opener(ACCESS["memory"], None)
    kind, where = _kind_and_place(fspath(place))
    return _Opener(ACCESS[kind], where)


def record_opener(place: str | PathLike[str]) -> Callable[[], RecordBook]:
    """Return what opens the record of decisions of a store, which another process may have open.

    Raises:
        ConfigurationError: the place is of a kind that is not known.
    """
    kind, where = _kind_and_place(fspath(place))
    return _Opener(RECORDS[kind], where)


def back_up(store: str | PathLike[str], path: str | PathLike[str]) -> None:
    """Write a consistent copy of a store's file, while others may have it open; it is a store like that one.

    Its tokens and the audit log, which are in a file of their own, are copied to ``path.access``.

    Args:
        store: where tasks are kept: a path or ``sqlite:///path``.
        path: the copy, where nothing is yet.

    Raises:
        StoreError: it is no store, or the copy cannot be written there.
        ConfigurationError: there is no store of that kind.
    """
    kind, place = _kind_and_place(fspath(store))
    copy: Callable[[str, str], None] = load(BACK_UPS[kind])
    copy(str(place), fspath(path))


def _kind_and_place(text: str) -> tuple[str, Any]:
    kind, separator, rest = text.partition("://")
    if not separator:
        return "sqlite", Path(text)
    if kind != "sqlite":
        near = did_you_mean(kind, STORES)
        # The rest of it may hold a password.
        raise ConfigurationError(
            f"store '{kind}://…': no store of the kind {kind!r}{near}; write a path or sqlite:///path"
        )
    return "sqlite", Path(rest.removeprefix("/") or rest)


def executors_of(
    worker: WorkerInfo, handlers: Mapping[str, Handler] | None, executor: str | Executor
) -> dict[str | None, Executor]:
    """Return what runs a local worker's attempts, by task type.

    Raises:
        FieldError, FieldTypeError: naming what is not allowed.
    """
    if not isinstance(executor, str):
        return {None: _own_executor(executor)}
    if executor == "command":
        return {None: _command_executor()}
    if executor not in {"thread", "process"}:
        near = did_you_mean(executor, EXECUTORS)
        raise FieldError("executor", f"must be 'thread', 'process', 'command' or an executor, not {executor!r}{near}")
    if not handlers:
        raise FieldError("handlers", f"worker {worker.id!r} needs at least one: task type -> function")
    coroutines = {type: handler for type, handler in handlers.items() if is_coroutine_handler(handler)}
    plain = {type: handler for type, handler in handlers.items() if type not in coroutines}
    most_at_once = max(1.0, worker.max_capacity)
    chosen: dict[str | None, Executor] = {}
    if coroutines:
        chosen.update(dict.fromkeys(coroutines, _made("coroutine", coroutines)))
    if plain and executor == "thread":
        chosen.update(dict.fromkeys(plain, _made("thread", plain, most_at_once)))
    elif plain:
        chosen.update(dict.fromkeys(plain, _made("process", plain, most_at_once, new_id())))
    return chosen


def _own_executor(executor: Any) -> Executor:
    """Return an executor of the user's own, if it has what one needs."""
    if not all(callable(getattr(executor, name, None)) for name in ("start", "cancel", "close")):
        raise FieldTypeError("executor", f"must have the methods start, cancel and close, not be {executor!r}")
    checked: Executor = executor
    return checked


def _command_executor() -> Executor:
    from apportion.executors.command import CommandConfig

    return _made("command", CommandConfig(folder=Path.cwd()), new_id())


def _made(kind: str, *arguments: Any) -> Executor:
    made: Executor = load(EXECUTORS[kind])(*arguments)
    return made
