"""The state of a batch: its store, opened, known again, cleared of what a dead run left working."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from apportion.assemble import store_opener
from apportion.batch import strict_json
from apportion.batch.logs import log_path
from apportion.batch.options import STORE_FILE, BatchOptions
from apportion.batch.standing import all_tasks
from apportion.clock import fresh_random, wall_clock
from apportion.errors import ConfigurationError, StoreDamagedError, StoreError, StoreFullError, StoreHeldError
from apportion.executors.strays import kill_strays
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import Change, Forget, Remember, TaskStore, Transition

HEADER = "batch"
"""The document that names the run; `LEARNED` is the runtime's."""

LEARNED = "learned"

DAMAGED = ".damaged"
"""Added to the name of a store that is set aside."""

COMPANIONS = ("", "-wal", "-shm")
"""Added to the name of a store's file: itself, the log of what is not in it yet, and the index of that."""


@dataclass(frozen=True, slots=True)
class State:
    """An open store, and the name under which this batch's processes are known.

    Attributes:
        store: held by this process.
        run_id: the same in every run of the batch, so that a later one finds what an earlier one left behind.
    """

    store: TaskStore
    run_id: str


def open_state(options: BatchOptions, tell: Callable[[str], None]) -> State:
    """Open the store, end what an earlier run left working, and, if that is wanted, forget all that was done.

    Raises:
        StoreHeldError: another run holds it.
        StoreFullError: the disk is full.
        ConfigurationError: it cannot be opened.
    """
    try:
        return _open_state(options, tell)
    except StoreDamagedError as error:
        if not options.fresh:
            raise damaged(options, error) from error
    _set_aside(options.store_file, tell)
    return _open_state(options, tell)


def damaged(options: BatchOptions, error: StoreDamagedError) -> ConfigurationError:
    """Return what to tell the user about a store that cannot be read."""
    file = options.store_file
    return ConfigurationError(
        f"the store {file} is damaged, or no store at all ({error.__cause__ or error}); begin anew with --fresh, "
        f"which sets it aside as {file.name}{DAMAGED}, or name another file with --store"
    )


def _set_aside(file: Path, tell: Callable[[str], None]) -> None:
    """Rename a store that cannot be read, with what belongs to it; what was set aside before is kept."""
    names = (f"{file.name}{DAMAGED}{number or ''}" for number in count())
    aside = next(place for place in map(file.with_name, names) if not place.exists())
    for companion in COMPANIONS:
        with suppress(FileNotFoundError):
            file.with_name(file.name + companion).rename(aside.with_name(aside.name + companion))
    tell(f"the store {file} is damaged; it was set aside as {aside}")


def _open_state(options: BatchOptions, tell: Callable[[str], None]) -> State:
    store = opened(options.store or options.results / STORE_FILE)
    try:
        run_id = _run_id(store)
        for stray in kill_strays(run_id):
            tell(f"an earlier run had left something working; it was ended: {stray}")
        if options.fresh:
            _forget_everything(store, options)
    except BaseException:
        store.close()
        raise
    return State(store, run_id)


def opened(place: str | Path) -> TaskStore:
    """Open a store.

    Raises:
        StoreHeldError: another run holds it.
        StoreFullError: the disk is full.
        StoreDamagedError: its file is damaged, or no database.
        ConfigurationError: it cannot be opened.
    """
    try:
        store: TaskStore = store_opener(place)()
    except (StoreHeldError, StoreFullError, StoreDamagedError):
        raise
    except StoreError as error:
        raise ConfigurationError(str(error)) from error
    return store


def _run_id(store: TaskStore) -> str:
    header = store.recall(HEADER)
    if strict_json.is_object(header) and header.get("run_id"):
        return str(header["run_id"])
    run_id = f"batch-{fresh_random().getrandbits(64):016x}"
    store.commit([Remember(HEADER, {"run_id": run_id})])
    return run_id


def _forget_everything(store: TaskStore, options: BatchOptions) -> None:
    """Empty the store in one commit, so that it is either as it was or empty, and remove the logs of its tasks.

    The file stays, and with it the lock: nobody can slip in between.
    """
    tasks = list(all_tasks(store))
    changes: list[Change] = [Remember(LEARNED, None)]
    # Only what has ended can be forgotten.
    changes += [_cancelled(task) for task in tasks if not task.state.final]
    changes += [Forget(task.id) for task in tasks]
    store.commit(changes)
    for task in tasks:
        with suppress(OSError):
            log_path(options.logs, task.id).unlink(missing_ok=True)


def cancel(tasks: Iterable[Task], store: TaskStore) -> None:
    """Cancel tasks that have not ended, while nobody else works on the store."""
    store.commit([_cancelled(task) for task in tasks])


def _cancelled(task: Task) -> Transition:
    ended = task.replace(state=TaskState.CANCELLED, finished_at=wall_clock())
    return Transition(ended, from_state=task.state, from_lease=task.lease)
