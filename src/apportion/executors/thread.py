"""Plain functions, in threads."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from functools import partial
from queue import SimpleQueue
from threading import Thread

from apportion import validation
from apportion.executors.handlers import Bound, Handler, Handlers, TaskContext, bind_plain, no_handler
from apportion.executors.outcomes import Stop, of_stop
from apportion.executors.started import Report, Roster, Started
from apportion.ports import Attempt, Outcome


class _Job(Started):
    """An attempt, and the function that it calls."""

    def __init__(self, attempt: Attempt, report: Report) -> None:
        super().__init__(attempt, report)
        self.context = TaskContext(attempt)


class ThreadExecutor:
    """Runs plain functions in threads.

    Python cannot end a thread. A function that runs out of time is reported at that moment, one that is cancelled when
    it ends or ``patience`` is over; `TaskContext.cancelled` asks it to return. Whatever it returns then is discarded,
    and its thread counts as ``abandoned`` until it ends, while another takes its place. With ``most_abandoned`` of them
    new attempts fail at once, by the fault of the worker, rather than gathering ever more threads.

    Args:
        handlers: task type to function, called with the payload (and a `TaskContext`, if it takes one).
        threads: how many run at once: the worker's ``max_capacity`` does well. Further attempts wait for their turn;
            their time-out and their duration count from there.
        patience: seconds that a function may go on after its attempt was cancelled.
        most_abandoned: how many threads may be left behind.
    """

    def __init__(
        self, handlers: Mapping[str, Handler], threads: float = 8, patience: float = 5.0, most_abandoned: int = 64
    ) -> None:
        self._handlers = Handlers(handlers, bind_plain)
        self._most_at_once = max(1, math.ceil(validation.number("threads", threads, above=0)))
        self._patience = patience
        self._most_abandoned = most_abandoned
        self._roster: Roster[_Job] = Roster()
        self._waiting: deque[_Job] = deque()
        self._work: SimpleQueue[tuple[_Job, Bound] | None] = SimpleQueue()
        self._threads: int = 0  # all that live
        self._busy: int = 0  # those that run an attempt that is not reported
        self._abandoned: int = 0  # those that run an attempt that is
        self._closed = False

    @property
    def abandoned(self) -> int:
        """How many threads still run a function whose attempt has been reported."""
        return self._abandoned

    def start(self, attempt: Attempt, report: Report) -> None:
        """Begin the attempt."""
        job = _Job(attempt, report)
        if self._closed:
            job.settle_stopped(Stop.CLOSED)
        elif attempt.task_type not in self._handlers:
            job.settle(no_handler(attempt, self._handlers))
        elif self._abandoned >= self._most_abandoned:
            problem = f"{self._abandoned} functions go on after their attempt was over; no thread is left"
            job.settle(Outcome(success=False, error=f"worker {attempt.worker_id!r}: {problem}", fault="worker"))
        else:
            self._roster.add(job)
            self._waiting.append(job)
            self._feed()

    def cancel(self, attempt: Attempt) -> None:
        """Ask a started attempt to end."""
        job = self._roster.find(attempt)
        if job is None or job.stop:
            return
        job.stop = Stop.CANCELLED
        job.context.cancelled = True
        if job.began is None:
            self._waiting.remove(job)
            self._roster.settle_stopped(job, Stop.CANCELLED)
        else:
            job.after(self._patience, lambda: self._abandon(job))

    async def close(self, grace: float) -> None:
        """Ask everything to end, and wait for it, for no longer than ``grace``.

        What ends in time keeps its outcome, unless it was told: a function that looks at `TaskContext.cancelled` may
        have returned for that reason, with its work half done.
        """
        self._closed = True
        while self._waiting:
            self._roster.settle_stopped(self._waiting.popleft(), Stop.CLOSED)
        for job in self._roster:
            job.context.cancelled = True
            if self._handlers[job.attempt.task_type].wants_context:
                job.stop = job.stop or Stop.CLOSED
        if not await self._roster.empty(grace):
            for job in self._roster:
                job.stop = job.stop or Stop.CLOSED
                self._abandon(job)
        await self._roster.empty()
        for _ in range(self._threads):
            self._work.put(None)
        self._threads = 0

    def _feed(self) -> None:
        """Hand waiting attempts to threads, as many as may run at once."""
        while self._waiting and self._busy < self._most_at_once:
            job = self._waiting.popleft()
            if self._threads == self._busy + self._abandoned:
                Thread(target=self._work_off, args=(asyncio.get_running_loop(),), daemon=True).start()
                self._threads += 1
            self._busy += 1
            job.begin()
            job.after(job.attempt.timeout, partial(self._time_out, job))
            self._work.put((job, self._handlers[job.attempt.task_type]))

    def _work_off(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run functions until told to end: the life of a thread."""
        while item := self._work.get():
            job, bound = item
            outcome = bound.run(job.attempt.payload, job.context)
            try:
                loop.call_soon_threadsafe(self._ended, job, outcome)
            except RuntimeError:  # the loop is closed: nobody is there who wants to know
                return

    def _ended(self, job: _Job, outcome: Outcome) -> None:
        """Note that a thread is free again, and report; on the loop's thread."""
        if job.settled:
            self._abandoned -= 1
            self._let_go_of_spare_threads()
            return
        self._busy -= 1
        if job.stop:
            outcome = of_stop(job.stop, job.attempt, outcome.duration)
        self._roster.settle(job, outcome)
        self._feed()

    def _time_out(self, job: _Job) -> None:
        job.stop = job.stop or Stop.TIMED_OUT
        job.context.cancelled = True
        self._abandon(job)

    def _abandon(self, job: _Job) -> None:
        """Report an attempt whose function goes on."""
        if self._roster.settle_stopped(job, Stop.CANCELLED):
            self._busy -= 1
            self._abandoned += 1
            self._feed()

    def _let_go_of_spare_threads(self) -> None:
        """End a thread where one more is there than may be busy: its place was taken when it was given up."""
        if self._threads - self._abandoned > self._most_at_once:
            self._threads -= 1
            self._work.put(None)
