"""The threads that wait for the store, so that the event loop does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_READERS = 2


class StoreThreads:
    """One thread that writes, and a few that read."""

    def __init__(self) -> None:
        self._writer = ThreadPoolExecutor(1, "apportion-writer")
        self._readers = ThreadPoolExecutor(_READERS, "apportion-reader")

    async def write(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a writing method; calls are made one after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, partial(call, *args, **kwargs))

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a reading method."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, partial(call, *args, **kwargs))

    def close(self) -> None:
        """End the threads, once they have done what they were given."""
        self._writer.shutdown()
        self._readers.shutdown()
