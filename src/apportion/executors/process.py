"""Plain functions, in processes of their own."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from apportion import validation
from apportion.executors.exit_text import exit_text
from apportion.executors.function_name import names_of
from apportion.executors.guardian import Guardian
from apportion.executors.handlers import no_handler
from apportion.executors.lines import one_line
from apportion.executors.outcomes import Stop, of_stop
from apportion.executors.process_worker import ProcessWorker
from apportion.executors.started import Report, Roster, Started
from apportion.ports import Attempt, Outcome

# A process that ends before its call comes to it is replaced so often; then it is not by accident.
_MOST_STARTS = 3


class _Job(Started):
    """An attempt, and the process that it runs in."""

    worker: ProcessWorker | None = None
    starts: int = 0


class ProcessExecutor:
    """Runs plain functions in child processes, which are kept and used again.

    A function is found by its name, so it must stand at the top level of a module (the main script will do). Payloads
    and results cross as JSON. A process that crashes fails the attempt that it ran and no other, and is replaced. A
    time-out or a cancellation kills the process with all that it started.

    What handlers print goes to this process's standard error.

    Args:
        handlers: task type to function, or its name ``"module:function"``; called with the payload (and a
            `TaskContext`, if it takes one).
        processes: how many run at once: the worker's ``max_capacity`` does well. Further attempts wait for their turn;
            their time-out and their duration count from there.
        guardian: the run's guardian, or its id: then this executor has a guardian of its own, and closes it.
        adapt: the name ``"module:function"`` of what makes of each handler, in its process, the function that is called
            as above; None: it is that itself.
    """

    def __init__(
        self,
        handlers: Mapping[str, Callable[..., Any] | str],
        processes: float,
        guardian: Guardian | str,
        adapt: str | None = None,
    ) -> None:
        self._adapt = adapt
        self._names = names_of(handlers)
        self._most_at_once = max(1, math.ceil(validation.number("processes", processes, above=0)))
        self._own_guardian = isinstance(guardian, str)
        self._guardian = Guardian(guardian) if isinstance(guardian, str) else guardian
        self._roster: Roster[_Job] = Roster()
        self._waiting: deque[_Job] = deque()
        self._workers: dict[ProcessWorker, _Job | None] = {}
        self._arming: asyncio.Task[None] | None = None
        self._all_ended = asyncio.Event()
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that are there."""
        return [worker.pid for worker in self._workers]

    def start(self, attempt: Attempt, report: Report) -> None:
        """Begin the attempt."""
        job = _Job(attempt, report)
        if self._closed:
            job.settle_stopped(Stop.CLOSED)
        elif attempt.task_type not in self._names:
            job.settle(no_handler(attempt, self._names))
        else:
            self._roster.add(job)
            self._waiting.append(job)
            self._feed()

    def cancel(self, attempt: Attempt) -> None:
        """Ask a started attempt to end."""
        if job := self._roster.find(attempt):
            self._stop(job, Stop.CANCELLED)

    async def close(self, grace: float) -> None:
        """Wait for what runs, for no longer than ``grace``, then kill it; what ends in time keeps its outcome."""
        self._closed = True
        while self._waiting:
            self._roster.settle_stopped(self._waiting.popleft(), Stop.CLOSED)
        if not await self._roster.empty(grace):
            for job in self._roster:
                self._stop(job, Stop.CLOSED)
        await self._roster.empty()
        for worker in self._workers:
            worker.kill()
        if self._workers:
            await self._all_ended.wait()
        if self._own_guardian:
            await self._guardian.close()

    def begun(self, worker: ProcessWorker, /) -> None:
        """A worker has received its call."""
        if (job := self._workers[worker]) and not job.settled:
            job.begin()
            job.after(job.attempt.timeout, partial(self._stop, job, Stop.TIMED_OUT))

    def answered(self, worker: ProcessWorker, outcome: Outcome, /) -> None:
        """A worker has made its call."""
        job = self._workers[worker]
        if job and job.stop is None:  # one that was stopped is reported when its process has ended
            self._workers[worker] = None
            self._roster.settle(job, outcome)
            self._feed()

    def ended(self, worker: ProcessWorker, code: int, /) -> None:
        """A worker process has ended, asked or not."""
        job = self._workers.pop(worker)
        if job:
            self._settle_without_process(job, code)
        if self._closed and not self._workers:
            self._all_ended.set()
        self._feed()

    def _settle_without_process(self, job: _Job, code: int) -> None:
        attempt, name = job.attempt, self._names[job.attempt.task_type]
        if job.stop:
            outcome = of_stop(job.stop, attempt, job.duration, exit_code=code)
        elif job.began is None and job.starts < _MOST_STARTS and not self._closed:
            # It ended before the call came to it: not the call's doing, and nothing was run.
            job.worker = None
            self._waiting.appendleft(job)
            return
        else:
            doing = f"while it ran {name}" if job.began is not None else f"before it could run {name}"
            error = f"its process ended {doing}: {exit_text(code)}"
            fault = None if job.began is not None else "worker"
            outcome = Outcome(success=False, error=error, duration=job.duration, exit_code=code, fault=fault)
        self._roster.settle(job, outcome)

    def _feed(self) -> None:
        """Hand waiting attempts to free processes, as many as may run at once."""
        if self._waiting and not self._guardian.armed:
            if self._arming is None:
                self._arming = asyncio.get_running_loop().create_task(self._arm())
            return
        while self._waiting and (worker := self._free_worker()):
            job = self._waiting.popleft()
            job.worker, job.starts = worker, job.starts + 1
            try:
                worker.call(self._names[job.attempt.task_type], job.attempt)
            except (TypeError, ValueError) as error:
                problem = f"payload: {one_line(str(error))}"
                self._roster.settle(job, Outcome(success=False, error=problem, retry=False, fault="task"))
            else:
                self._workers[worker] = job

    def _free_worker(self) -> ProcessWorker | None:
        """Return a process that waits for a call, or a new one where there may be more; else None."""
        for worker, job in self._workers.items():
            if job is None and worker.alive:
                return worker
        if len(self._workers) >= self._most_at_once:
            return None
        try:
            worker = ProcessWorker(self._guardian.marks, self, self._adapt)
        except OSError as error:
            self._fail_waiting(error)
            return None
        self._workers[worker] = None
        return worker

    async def _arm(self) -> None:
        try:
            await self._guardian.arm()
        except OSError as error:
            self._fail_waiting(error)
        self._arming = None
        self._feed()

    def _fail_waiting(self, error: OSError) -> None:
        problem = f"no process can be started: {one_line(str(error))}"
        while self._waiting:
            self._roster.settle(self._waiting.popleft(), Outcome(success=False, error=problem, fault="worker"))

    def _stop(self, job: _Job, stop: Stop) -> None:
        if job.stop:
            return
        job.stop = stop
        if job.worker:
            job.worker.kill()
        else:
            self._waiting.remove(job)
            self._roster.settle_stopped(job, stop)
