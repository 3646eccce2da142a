"""Who works for which attempt: looks at all processes of the machine, once for all who ask at a time."""

from __future__ import annotations

import asyncio

from apportion.executors.guardian_process import Found, marked
from apportion.executors.off_loop import off_loop


class Census:
    """Finds the processes of attempts, also those that left the group of their command.

    A look at the whole machine takes some hundredths of a second, in a thread. Whoever asks while one is under way
    shares the next one, so that a thousand cancellations cost two looks.

    Args:
        mark: what all processes of the executor carry in their environment.
    """

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._now: asyncio.Future[list[Found]] | None = None
        self._next: asyncio.Future[list[Found]] | None = None

    async def take(self) -> list[Found]:
        """Return all marked processes, as a look sees them that began after this was called."""
        if self._now and not self._now.done():
            if self._next is None:
                self._next = asyncio.ensure_future(self._after(self._now))
            return await asyncio.shield(self._next)
        self._now = asyncio.ensure_future(off_loop(marked, self._mark))
        return await asyncio.shield(self._now)

    async def _after(self, earlier: asyncio.Future[list[Found]]) -> list[Found]:
        await asyncio.wait([earlier])
        self._now, self._next = self._next, None
        return await off_loop(marked, self._mark)
