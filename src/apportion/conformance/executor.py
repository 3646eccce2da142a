"""The suite for executors: the guarantees of `apportion.ports.Executor`, each check named after the one that it shows.

::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    async def test_my_executor(check):
        await check(Subject(make=MyExecutor, succeeds=("echo", {"say": "hello"}), …))
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from apportion.clock import fresh_random
from apportion.conformance.claims import equal
from apportion.ports import Attempt, Executor, Outcome

Work = tuple[str, Any]
"""A task type and a payload."""

PROMPT = 20.0
"""Seconds within which an executor that works has long reported. Nothing waits for so long but a check that fails."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An executor, and work for it.

    Attributes:
        make: makes an executor that runs at least four attempts at once; called within a running event loop.
        succeeds: work that succeeds at once.
        fails: work that fails at once, by an exception or an exit code.
        impossible: work that cannot even be started: of an unknown type, for example.
        endures: work that goes on for minutes, and ends when it is told to.
        stubborn: work that goes on for a minute and does not end when it is told to; None: there is no such work.
        result: what the one that succeeds returns.
    """

    make: Callable[[], Executor]
    succeeds: Work
    fails: Work
    impossible: Work
    endures: Work
    stubborn: Work | None = None
    result: Any = None


Check = Callable[[Subject], Awaitable[None]]


@dataclass(slots=True)
class _Bench:
    """Starts attempts, and keeps what is reported of them."""

    subject: Subject
    executor: Executor
    started: list[Attempt] = field(default_factory=list[Attempt])
    reports: list[tuple[Attempt, Outcome]] = field(default_factory=list[tuple[Attempt, Outcome]])
    news: asyncio.Event = field(default_factory=asyncio.Event)
    thread: int = field(default_factory=threading.get_ident)
    starting: bool = False

    def attempt(self, work: Work, timeout: float | None = None, task_id: str | None = None) -> Attempt:
        """Return a new attempt, not started."""
        task_type, payload = work
        return Attempt(task_id or f"task-{len(self.started)}", task_type, payload, "worker", 1, 1, timeout)

    def start(self, work: Work, timeout: float | None = None) -> Attempt:
        """Start an attempt."""
        attempt = self.attempt(work, timeout)
        self.started.append(attempt)
        self.starting = True
        self.executor.start(attempt, self._report)
        self.starting = False
        return attempt

    def _report(self, attempt: Attempt, outcome: Outcome) -> None:
        equal(threading.get_ident(), self.thread, "E1: a report comes on the event loop's thread")
        equal(self.starting, False, "E1: a report does not come from within start, which returns at once")
        self.reports.append((attempt, outcome))
        self.news.set()

    async def outcome(self, attempt: Attempt) -> Outcome:
        """Wait for the report of an attempt."""
        async with asyncio.timeout(PROMPT):
            while True:
                for reported, outcome in self.reports:
                    if reported == attempt:
                        return outcome
                self.news.clear()
                await self.news.wait()

    async def close(self, grace: float = 0.05) -> None:
        """Close the executor, and see that each attempt was reported exactly once."""
        async with asyncio.timeout(PROMPT):
            await self.executor.close(grace)
        times = Counter(attempt.task_id for attempt, _ in self.reports)
        equal(times, Counter(attempt.task_id for attempt in self.started), "E1: each attempt is reported exactly once")


def _bench(subject: Subject) -> _Bench:
    return _Bench(subject, subject.make())


async def e1_a_success_is_reported(subject: Subject) -> None:
    """With its result and a duration."""
    bench = _bench(subject)
    outcome = await bench.outcome(bench.start(subject.succeeds))
    equal((outcome.success, outcome.error), (True, None), "E1: what does its work is a success")
    equal(outcome.result, subject.result, "E1: with its result")
    equal((outcome.timed_out, outcome.cancelled), (False, False), "E1: neither timed out nor cancelled")
    equal(0 <= outcome.duration < PROMPT, True, f"E1: with the seconds that it took, not {outcome.duration}")
    await bench.close()


async def e1_a_failure_is_reported(subject: Subject) -> None:
    """With one readable line."""
    bench = _bench(subject)
    outcome = await bench.outcome(bench.start(subject.fails))
    equal((outcome.success, outcome.cancelled, outcome.timed_out), (False, False, False), "E1: a failure is a failure")
    _is_one_line(outcome)
    await bench.close()


async def e1_what_cannot_be_started_is_reported(subject: Subject) -> None:
    """As a failure, by a report like any other."""
    bench = _bench(subject)
    outcome = await bench.outcome(bench.start(subject.impossible))
    equal((outcome.success, outcome.cancelled), (False, False), "E1: what cannot be started has failed")
    _is_one_line(outcome)
    await bench.close()


async def e1_a_time_out_is_reported(subject: Subject) -> None:
    """Not before its time, and others are not touched."""
    bench = _bench(subject)
    other = bench.start(subject.endures)
    outcome = await bench.outcome(bench.start(subject.endures, timeout=0.1))
    equal((outcome.success, outcome.timed_out), (False, True), "E1: what takes longer than its time-out is timed out")
    equal(outcome.cancelled, False, "E1: a time-out is no cancellation")
    equal(outcome.duration >= 0.1, True, f"E1: it ran until then, not {outcome.duration} s")
    equal([reported.task_id for reported, _ in bench.reports].count(other.task_id), 0, "E1: the other one goes on")
    await bench.close()


async def e1_in_time_is_no_time_out(subject: Subject) -> None:
    """A time-out that is not reached changes nothing."""
    bench = _bench(subject)
    outcome = await bench.outcome(bench.start(subject.succeeds, timeout=PROMPT))
    equal((outcome.success, outcome.timed_out), (True, False), "E1: what ends in time has not timed out")
    await bench.close()


async def e1_many_are_reported_each_once(subject: Subject) -> None:
    """More than run at once."""
    bench = _bench(subject)
    attempts = [bench.start(subject.succeeds) for _ in range(50)]
    for attempt in attempts:
        equal((await bench.outcome(attempt)).success, True, "E1: each of many succeeds")
    await bench.close()


async def e1_the_same_lease_of_two_tasks_is_two_attempts(subject: Subject) -> None:
    """A lease counts the assignments of its own task."""
    bench = _bench(subject)
    kept, cancelled = bench.start(subject.endures), bench.start(subject.endures)
    bench.executor.cancel(cancelled)
    equal((await bench.outcome(cancelled)).cancelled, True, "E2: the one that is meant is cancelled")
    equal(kept in [attempt for attempt, _ in bench.reports], False, "E2: the other one goes on")
    await bench.close()


async def e2_a_cancelled_attempt_is_reported_as_cancelled(subject: Subject) -> None:
    """Asked once or more."""
    bench = _bench(subject)
    attempt = bench.start(subject.endures)
    bench.executor.cancel(attempt)
    bench.executor.cancel(attempt)
    _is_cancelled(await bench.outcome(attempt), "E2: a cancelled attempt is reported as cancelled")
    await bench.close()


async def e2_cancelled_while_it_runs(subject: Subject) -> None:
    """Not only before it has really begun."""
    bench = _bench(subject)
    attempt = bench.start(subject.endures)
    await bench.outcome(bench.start(subject.succeeds))  # by now the first has begun, too
    bench.executor.cancel(attempt)
    _is_cancelled(await bench.outcome(attempt), "E2: a running attempt is cancelled")
    await bench.close()


async def e2_what_is_not_there_is_ignored(subject: Subject) -> None:
    """Attempts that never were, that have ended, and old leases of one that runs."""
    bench = _bench(subject)
    bench.executor.cancel(bench.attempt(subject.succeeds, task_id="never"))
    ended = bench.start(subject.succeeds)
    await bench.outcome(ended)
    bench.executor.cancel(ended)
    running = bench.start(subject.endures)
    bench.executor.cancel(
        Attempt(running.task_id, running.task_type, running.payload, running.worker_id, 2, running.lease + 1, None)
    )
    equal((await bench.outcome(bench.start(subject.succeeds))).success, True, "E2: unknown leases are ignored")
    equal(running in [attempt for attempt, _ in bench.reports], False, "E2: another lease of the task is not meant")
    await bench.close()


async def e2_whatever_the_moment_it_is_reported_once(subject: Subject) -> None:
    """Cancelled, timed out and ended at about the same time, in every order."""
    bench = _bench(subject)
    random = fresh_random(1)
    moments = asyncio.get_running_loop()
    for number in range(60):
        attempt = bench.start(subject.succeeds, timeout=random.choice([None, 0.0, random.uniform(0, 0.03)]))
        moments.call_later(random.uniform(0, 0.05), bench.executor.cancel, attempt)
        if number % 4 == 3:
            await bench.outcome(attempt)
    for attempt in list(bench.started):
        await bench.outcome(attempt)
    await bench.close()


async def e3_nothing_runs_after_close(subject: Subject) -> None:
    """What endures is ended and reported."""
    bench = _bench(subject)
    attempts = [bench.start(subject.endures) for _ in range(4)]
    await bench.close()
    for attempt in attempts:
        _is_cancelled(await bench.outcome(attempt), "E3: what close ends is reported as cancelled")


async def e3_the_stubborn_do_not_hold_up_close(subject: Subject) -> None:
    """What does not end within the grace is killed or, where that cannot be, left behind."""
    if subject.stubborn is None:
        return
    bench = _bench(subject)
    attempts = [bench.start(subject.stubborn) for _ in range(2)]
    await bench.outcome(bench.start(subject.succeeds))
    await bench.close(grace=0.1)
    for attempt in attempts:
        _is_cancelled(await bench.outcome(attempt), "E3: the stubborn are reported, too")


async def e3_close_is_safe_to_repeat(subject: Subject) -> None:
    """Also where nothing was ever started."""
    bench = _bench(subject)
    await bench.close()
    await bench.close()


async def e3_what_is_started_after_close_is_not_run(subject: Subject) -> None:
    """And still reported."""
    bench = _bench(subject)
    await bench.close()
    _is_cancelled(await bench.outcome(bench.start(subject.succeeds)), "E3: a closed executor runs nothing")
    await bench.close()


def _is_cancelled(outcome: Outcome, claim: str) -> None:
    equal((outcome.success, outcome.cancelled, outcome.timed_out), (False, True, False), claim)


def _is_one_line(outcome: Outcome) -> None:
    lines = (outcome.error or "").splitlines()
    equal(len(lines), 1, f"E1: what failed says why in one line, not {outcome.error!r}")


CHECKS: tuple[Check, ...] = (
    e1_a_success_is_reported,
    e1_a_failure_is_reported,
    e1_what_cannot_be_started_is_reported,
    e1_a_time_out_is_reported,
    e1_in_time_is_no_time_out,
    e1_many_are_reported_each_once,
    e1_the_same_lease_of_two_tasks_is_two_attempts,
    e2_a_cancelled_attempt_is_reported_as_cancelled,
    e2_cancelled_while_it_runs,
    e2_what_is_not_there_is_ignored,
    e2_whatever_the_moment_it_is_reported_once,
    e3_nothing_runs_after_close,
    e3_the_stubborn_do_not_hold_up_close,
    e3_close_is_safe_to_repeat,
    e3_what_is_started_after_close_is_not_run,
)
