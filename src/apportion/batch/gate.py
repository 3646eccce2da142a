"""An executor that can be shut: from that moment on nothing new is started, and what runs is ended with patience."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from apportion.ports import Attempt, Executor, Outcome

Report = Callable[[Attempt, Outcome], None]

NOT_STARTED = Outcome(success=False, error="not started: the run is ending", cancelled=True)


class Gate:
    """Stands before another executor.

    A run that is to end hands out nothing more, but what was handed out in the same breath is still to be started; the
    gate hands it back at once, so that the attempt does not count.

    Args:
        inner: runs what is let through; its own grace is how long a cancelled attempt has to end.
        no_patience: when it is set, what is being ended is killed.
    """

    def __init__(self, inner: Executor, no_patience: asyncio.Event) -> None:
        self._inner = inner
        self._no_patience = no_patience
        self._shut = False
        self._running: dict[str, Attempt] = {}
        self._empty = asyncio.Event()

    def shut(self) -> None:
        """Let nothing more through."""
        self._shut = True

    def start(self, attempt: Attempt, report: Report) -> None:
        """Begin the attempt, or hand it back."""
        if self._shut:
            asyncio.get_running_loop().call_soon(report, attempt, NOT_STARTED)
            return
        self._running[attempt.task_id] = attempt
        self._inner.start(attempt, partial(self._reported, report))

    def cancel(self, attempt: Attempt) -> None:
        """Ask a started attempt to end."""
        self._inner.cancel(attempt)

    async def close(self, grace: float) -> None:
        """Ask everything to end, and kill what has not after ``grace`` or when the patience is lost."""
        self._shut = True
        if self._running:
            for attempt in list(self._running.values()):
                self._inner.cancel(attempt)
            ended = asyncio.create_task(self._empty.wait())
            lost = asyncio.create_task(self._no_patience.wait())
            await asyncio.wait({ended, lost}, timeout=grace, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            lost.cancel()
        await self._inner.close(0)

    def _reported(self, report: Report, attempt: Attempt, outcome: Outcome) -> None:
        self._running.pop(attempt.task_id, None)
        if not self._running:
            self._empty.set()
        report(attempt, outcome)
