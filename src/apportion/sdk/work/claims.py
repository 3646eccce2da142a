"""Asks for work, one claim at a time: only while it is open can the service bind a task to this worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from apportion.clock import Clock
from apportion.sdk.problems import error_of
from apportion.sdk.talk import Reply, Request
from apportion.wire.workers import Assignments

MOST_AT_ONCE = 1000
_AT_ONCE = 0.5
_PAUSE = 1.0

Claim = Callable[[int, float], Awaitable[tuple[Request, Reply]]]
"""Sends a claim for so many tasks, which waits for so many seconds, until it is answered."""


class Claims:
    """Claims as much as there is room for.

    Args:
        claim: sends a claim.
        room: returns how many more tasks may be held.
        brought: called with what a claim has brought; returns how many tasks that are.
        wait: seconds that a claim waits.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        claim: Claim,
        room: Callable[[], int],
        brought: Callable[[Assignments], int],
        wait: float,
        clock: Clock,
    ) -> None:
        self._claim = claim
        self._room = room
        self._brought = brought
        self._wait = wait
        self._clock = clock
        self._freed = asyncio.Event()
        self._stopped = asyncio.Event()
        self._open: asyncio.Task[tuple[Request, Reply]] | None = None

    def freed(self) -> None:
        """There is room again."""
        self._freed.set()

    def stop(self) -> None:
        """Let the open claim be the last."""
        self._stopped.set()
        self._freed.set()

    def restart(self) -> None:
        """Ask anew: the connection of the open claim is not to be trusted."""
        if self._open is not None:
            self._open.cancel()

    async def run(self) -> None:
        """Claim until stopped.

        Raises:
            ApportionError: the service does not let this worker claim.
        """
        while not self._stopped.is_set():
            room = min(MOST_AT_ONCE, self._room())
            if room <= 0:
                self._freed.clear()
                if self._room() <= 0:
                    await self._freed.wait()
                continue
            began = self._clock()
            found = await self._ask(room)
            if not found and not self._stopped.is_set() and self._clock() - began < _AT_ONCE * self._wait:
                await asyncio.sleep(min(_PAUSE, self._wait))  # it answers, and gives nothing: it drains, or this does

    async def _ask(self, room: int) -> bool:
        asked = self._open = asyncio.ensure_future(self._claim(room, self._wait))
        try:
            request, reply = await asked
        except asyncio.CancelledError:
            if asked.cancelled() and not _is_being_cancelled():
                return True  # it was restarted
            raise
        finally:
            self._open = None
        if reply.status != 200:
            raise error_of(reply, request, "the service")
        assignments = msgspec.json.decode(reply.body, type=Assignments)
        return self._brought(assignments) > 0


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
