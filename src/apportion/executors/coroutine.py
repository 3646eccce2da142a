"""Coroutines, as tasks of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from apportion.clock import monotonic_clock
from apportion.executors.handlers import Handler, Handlers, TaskContext, bind_coroutine, no_handler
from apportion.executors.outcomes import Stop, of_exception, of_stop
from apportion.executors.started import Report, Roster, Started
from apportion.ports import Attempt, Outcome


class _Running(Started):
    task: asyncio.Task[None]


class CoroutineExecutor:
    """Runs ``async def`` handlers on the event loop.

    A time-out or a cancellation reaches a handler as `asyncio.CancelledError`. One that swallows it is given
    ``patience`` and then reported; it is left behind, counted in ``abandoned`` until it ends, and what it returns late
    is discarded.

    Args:
        handlers: task type to coroutine function, called with the payload (and a `TaskContext`, if it takes one).
        patience: seconds that a handler may go on after it was told to end.
    """

    def __init__(self, handlers: Mapping[str, Handler], patience: float = 5.0) -> None:
        self._handlers = Handlers(handlers, bind_coroutine)
        self._patience = patience
        self._roster: Roster[_Running] = Roster()
        self._left_behind: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def abandoned(self) -> int:
        """How many handlers go on although they were told to end, and are reported."""
        return len(self._left_behind)

    def start(self, attempt: Attempt, report: Report) -> None:
        """Begin the attempt."""
        running = _Running(attempt, report)
        if self._closed:
            running.settle_stopped(Stop.CLOSED)
        elif attempt.task_type not in self._handlers:
            running.settle(no_handler(attempt, self._handlers))
        else:
            running.begin()
            self._roster.add(running)
            running.task = asyncio.get_running_loop().create_task(self._run(running), name=f"attempt {attempt.task_id}")
            # A task that is cancelled before its first step never runs a line of its coroutine.
            running.task.add_done_callback(lambda _: self._roster.settle_stopped(running, Stop.CANCELLED))
            if attempt.timeout is not None:
                running.after(attempt.timeout, lambda: self._stop(running, Stop.TIMED_OUT, self._patience))

    def cancel(self, attempt: Attempt) -> None:
        """Ask a started attempt to end."""
        running = self._roster.find(attempt)
        if running:
            self._stop(running, Stop.CANCELLED, self._patience)

    async def close(self, grace: float) -> None:
        """Cancel everything, and wait until it has ended, for no longer than ``grace``."""
        self._closed = True
        for running in self._roster:
            self._stop(running, Stop.CLOSED, grace)
        await self._roster.empty()

    def _stop(self, running: _Running, stop: Stop, patience: float) -> None:
        if running.stop is None:
            running.stop = stop
            running.task.cancel()
        elif stop is not Stop.CLOSED:
            return
        running.after(patience, lambda: self._abandon(running))

    def _abandon(self, running: _Running) -> None:
        if self._roster.settle_stopped(running, Stop.CANCELLED):
            self._left_behind.add(running.task)
            running.task.add_done_callback(self._left_behind.discard)

    async def _run(self, running: _Running) -> None:
        """Run the handler, and report. Nothing that it raises gets out, so that the loop never minds."""
        attempt = running.attempt
        bound = self._handlers[attempt.task_type]
        began = running.began = monotonic_clock()
        try:
            value = await bound.call(attempt.payload, TaskContext(attempt))
        except KeyboardInterrupt as error:  # somebody's Ctrl-C: not the handler's
            self._roster.settle(running, of_exception(error, monotonic_clock() - began))
            raise
        except BaseException as error:  # noqa: BLE001 -- sys.exit() in a handler fails its attempt, not the loop
            self._settle(running, of_exception(error, monotonic_clock() - began))
        else:
            self._settle(running, bound.returned(value, monotonic_clock() - began))

    def _settle(self, running: _Running, outcome: Outcome) -> None:
        if running.stop:
            outcome = of_stop(running.stop, running.attempt, outcome.duration)
        self._roster.settle(running, outcome)
