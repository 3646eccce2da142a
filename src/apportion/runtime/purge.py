"""Deletes tasks that ended long ago, a few at a time, so that nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from apportion.clock import Clock
from apportion.errors import StoreError
from apportion.ports import Forget, TaskStore

_DAY = 86_400.0
_AT_ONCE = 256
"""Tasks that one commit deletes: some milliseconds, between which everybody else's commits have their turn."""

_MOST_SECONDS = 60.0
_LEAST_SECONDS = 0.2

InThread = Callable[..., Awaitable[Any]]


class Purge:
    """Keeps tasks for so many days after their end. With a task its idempotency key is free again.

    What a task waits for (``after``) is kept as long as that waits.

    Args:
        store: the store.
        days: for how long, > 0.
        clock: Unix seconds.
        read: calls a reading method of the store in a thread.
        write: calls a writing method in the one thread that writes.
    """

    def __init__(self, store: TaskStore, days: float, clock: Clock, read: InThread, write: InThread) -> None:
        self._store = store
        self._seconds = days * _DAY
        self._clock = clock
        self._read = read
        self._write = write

    async def run(self) -> None:
        """Purge again and again, until cancelled. A store in trouble is left alone until the next time."""
        pause = max(_LEAST_SECONDS, min(_MOST_SECONDS, self._seconds / 10))
        while True:
            with suppress(StoreError):  # whoever writes next is told
                await self.purge()
            await asyncio.sleep(pause)

    async def purge(self) -> int:
        """Delete all that ended too long ago, and return how many those were.

        Raises:
            StoreError: the store could not be read or written.
        """
        gone = 0
        while ids := await self._read(self._store.ended, self._clock() - self._seconds, _AT_ONCE):
            forgotten = await self._write(self._store.commit, [Forget(id) for id in ids])
            gone += sum(forgotten)
            if not any(forgotten):
                break
        return gone
