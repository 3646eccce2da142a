"""What the machine wants read of the store: carried out, and what it is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import Any

from apportion.errors import StoreError
from apportion.model.task_record import Task
from apportion.ports import TaskStore
from apportion.runtime.inputs import ExpiringFound, FrontLoaded, Input, ParkedFound
from apportion.runtime.instructions import LoadFront, Read, ReadDependents, ReadExpiring, ReadParked

_PAGE = 256
_MOST_NAMES = 500
_AGAIN = 1.0
"""Seconds after which a read that failed is tried again."""

InThread = Callable[..., Awaitable[Any]]


class Reads:
    """Reads of one store, each in a thread that may wait.

    Args:
        store: the store.
        in_thread: calls a function in such a thread.
        feed: tells the machine what was found.
        trouble: is told what the store complained of; the read is tried again.
    """

    def __init__(
        self, store: TaskStore, in_thread: InThread, feed: Callable[[Input], None], trouble: Callable[[str], None]
    ) -> None:
        self._store = store
        self._in_thread = in_thread
        self._feed = feed
        self._trouble = trouble
        self._number = 0
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._closed = False

    def __bool__(self) -> bool:
        return bool(self._under_way)

    def close(self) -> None:
        """Begin none any more."""
        self._closed = True

    def begin(self, read: Read) -> None:
        """Read something."""
        if self._closed:
            return
        self._number += 1
        carried_out = self._carry_out(read, self._number)
        self._under_way[self._number] = asyncio.get_running_loop().create_task(carried_out)

    async def _carry_out(self, read: Read, number: int) -> None:
        try:
            found = await self._in_thread(carry_out, read, self._store)
        except StoreError as error:
            self._trouble(str(error))
            asyncio.get_running_loop().call_later(_AGAIN, self.begin, read)
            return
        finally:
            # Before the machine is told: whoever waits for the last read is woken by what it is told.
            del self._under_way[number]
        self._feed(found)


def carry_out(read: Read, store: TaskStore) -> Input:
    """Read what is wanted; this may wait for the disk.

    Raises:
        StoreError: it cannot be read now.
    """
    if isinstance(read, LoadFront):
        return _queue(read, store)
    if isinstance(read, ReadExpiring):
        tasks = store.expiring(read.limit)
        return ExpiringFound(tasks, len(tasks) < read.limit, read.watch)
    if isinstance(read, ReadParked):
        tasks = store.later(_PAGE, read.after)
        last = (tasks[-1].rank, tasks[-1].id) if len(tasks) == _PAGE else None
        return _parked(store, tasks, read.watch, None if last is None else ReadParked(last, read.watch))
    if isinstance(read, ReadDependents):
        tasks, cursor = store.waiting_for(read.ended, _PAGE, read.cursor)
        rest = None if cursor is None else ReadDependents(read.ended, read.watch, cursor)
        return _parked(store, tasks, read.watch, rest)
    given = [store.get(task_id) for task_id in read.task_ids]
    return _parked(store, [task for task in given if task is not None], read.watch, None)


def _queue(load: LoadFront, store: TaskStore) -> FrontLoaded:
    if load.tenant is None:
        tasks = store.later(load.limit, load.after)
    else:
        tasks = store.queued(load.tenant, load.limit, load.after)
    return FrontLoaded(tasks, end=len(tasks) < load.limit)


def _parked(store: TaskStore, tasks: Sequence[Task], watch: int, rest: Read | None) -> ParkedFound:
    names = sorted(set(chain.from_iterable(task.after for task in tasks)))
    pieces = [names[start : start + _MOST_NAMES] for start in range(0, len(names), _MOST_NAMES)]
    states = {id: state for piece in pieces for id, state in store.states(piece).items()}
    return ParkedFound(tasks, states, watch, rest)
