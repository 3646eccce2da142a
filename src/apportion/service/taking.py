"""Ids and keys of tasks that are being taken: nobody else looks them up until it is known what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Hashable
from contextlib import asynccontextmanager


class Taking:
    """Holds names while their tasks are looked up and written, each by one submit at a time.

    Submits with different names do not wait for each other, so that they can share a commit.
    """

    def __init__(self) -> None:
        self._held: dict[Hashable, asyncio.Event] = {}

    @asynccontextmanager
    async def hold(self, names: Collection[Hashable]) -> AsyncGenerator[None]:
        """Hold names, once nobody else holds any of them."""
        while (other := next((self._held[name] for name in names if name in self._held), None)) is not None:
            await other.wait()
        done = asyncio.Event()
        self._held.update(dict.fromkeys(names, done))
        try:
            yield
        finally:
            for name in names:
                self._held.pop(name, None)
            done.set()
