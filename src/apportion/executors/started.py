"""A started attempt, and the list of those that an executor has not reported yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from apportion.clock import monotonic_clock
from apportion.executors.outcomes import Stop, of_stop
from apportion.ports import Attempt, Outcome

Report = Callable[[Attempt, Outcome], None]


class Started:
    """One started attempt. Everything here happens on the event loop's thread.

    Attributes:
        attempt: what was started.
        began: when it began to run, by the monotonic clock; None while it waits for its turn.
        stop: why it was asked to end, or None.
        settled: whether it has been reported.
    """

    def __init__(self, attempt: Attempt, report: Report) -> None:
        self.attempt = attempt
        self.began: float | None = None
        self.stop: Stop | None = None
        self.settled = False
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._timers: list[asyncio.TimerHandle] = []

    def begin(self) -> None:
        """Note that it runs from now on."""
        self.began = monotonic_clock()

    @property
    def duration(self) -> float:
        """Seconds since it began to run."""
        return 0.0 if self.began is None else monotonic_clock() - self.began

    def after(self, seconds: float | None, then: Callable[[], None]) -> None:
        """Call ``then`` in so many seconds, unless it is settled before; None: never."""
        if seconds is not None:
            self._timers.append(self._loop.call_later(max(0.0, seconds), then))

    def settle(self, outcome: Outcome) -> bool:
        """Report the outcome, soon but not from within this call; False and nothing if that was done before.

        Not from within, because the one who is told may start or cancel others in the same breath.
        """
        if self.settled:
            return False
        self.settled = True
        for timer in self._timers:
            timer.cancel()
        self._loop.call_soon(self._report, self.attempt, outcome)
        return True

    def settle_stopped(self, stop: Stop) -> bool:
        """Report that it was stopped; as `settle`."""
        return self.settle(of_stop(self.stop or stop, self.attempt, self.duration))


S = TypeVar("S", bound=Started)


class Roster(Generic[S]):
    """The attempts of an executor that are started and not settled.

    A lease is unique only together with its task, so both make the key.
    """

    def __init__(self) -> None:
        self._present: dict[tuple[str, int], S] = {}
        self._emptied: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._present)

    def __iter__(self) -> Iterator[S]:
        return iter(list(self._present.values()))

    def add(self, started: S) -> None:
        """Enter a started attempt."""
        self._present[_key(started.attempt)] = started

    def find(self, attempt: Attempt) -> S | None:
        """Return the started attempt with this task and lease."""
        return self._present.get(_key(attempt))

    def settle(self, started: S, outcome: Outcome) -> bool:
        """Report, and strike it off the list; False if that was done before."""
        if not started.settle(outcome):
            return False
        if self._present.get(_key(started.attempt)) is started:
            del self._present[_key(started.attempt)]
        if self._emptied and not self._present:
            self._emptied.set()
        return True

    def settle_stopped(self, started: S, stop: Stop) -> bool:
        """Report that it was stopped, and strike it off; as `settle`."""
        return self.settle(started, of_stop(started.stop or stop, started.attempt, started.duration))

    async def empty(self, within: float | None = None) -> bool:
        """Wait until all are settled, or for so many seconds; return whether they are."""
        if self._present:
            if self._emptied is None or self._emptied.is_set():  # several may wait, for the same event
                self._emptied = asyncio.Event()
            try:
                await asyncio.wait_for(self._emptied.wait(), within)
            except TimeoutError:
                return False
        await asyncio.sleep(0)  # reports are a step of the loop behind what they report
        return True


def _key(attempt: Attempt) -> tuple[str, int]:
    return attempt.task_id, attempt.lease
