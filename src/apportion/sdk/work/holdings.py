"""What a worker holds, and until when it may believe so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec import UNSET

from apportion.clock import Clock
from apportion.ports import Attempt
from apportion.sdk.work.keeper import Beat, Lease
from apportion.wire.workers import Assignment

_TO_SPARE = 0.1
"""The part of a lease that is left when a task is stopped: it takes a moment to end."""


@dataclass(slots=True, eq=False)
class Holding:
    """A task under a lease.

    Attributes:
        attempt: the task.
        until: when its lease ends at the earliest, by this worker's own clock.
        line: the number of the line by which the keeper was told of it.
        stopped: whether it was told to end, and is not to be reported.
        given_back: whether the service is to be told so once it has ended, because it may believe that it goes on.
        ended: whether it has ended here; it is held until the service has taken that in.
    """

    attempt: Attempt
    until: float
    line: int = 0
    stopped: bool = False
    given_back: bool = False
    ended: bool = False


class Holdings:
    """All tasks that a worker holds.

    Args:
        lease_seconds: how long a lease lasts.
        clock: seconds that never go back.
        catch_up: takes in what the keeper has said and nobody has heard yet.
    """

    def __init__(self, lease_seconds: float, clock: Clock, catch_up: Callable[[], None]) -> None:
        self.lease_seconds = lease_seconds
        self._clock = clock
        self._catch_up = catch_up
        self._by_lease: dict[Lease, Holding] = {}
        self._latest: dict[str, Holding] = {}

    def __len__(self) -> int:
        return len(self._by_lease)

    def leases(self) -> list[Lease]:
        """Return what is to be renewed."""
        return list(self._by_lease)

    def add(self, attempts: Iterable[Attempt]) -> tuple[list[Holding], list[Holding]]:
        """Take in what a claim has brought just now.

        Returns:
            What that is, and what of the same tasks was still held under older leases, which are void by that.
        """
        until = self._clock() + self.lease_seconds
        added = [Holding(attempt, until) for attempt in attempts]
        older = [self._latest[id] for each in added if (id := each.attempt.task_id) in self._latest]
        self._by_lease.update({(each.attempt.task_id, each.attempt.lease): each for each in added})
        self._latest.update({each.attempt.task_id: each for each in added})
        return added, older

    def find(self, attempt: Attempt) -> Holding | None:
        """Return what is held under the lease of an attempt."""
        return self._by_lease.get((attempt.task_id, attempt.lease))

    def drop(self, leases: Iterable[Lease]) -> None:
        """Hold these no more."""
        for lease in leases:
            gone = self._by_lease.pop(lease, None)
            if gone is not None and self._latest.get(lease[0]) is gone:
                del self._latest[lease[0]]

    def renewed(self, beat: Beat) -> list[Holding]:
        """Take in an answered heartbeat; return what it says is to be stopped."""
        void = set(beat.void)
        lost: list[Holding] = []
        for (task_id, lease), holding in self._by_lease.items():
            if void and ((task_id, lease) in void or (task_id, None) in void):
                lost.append(holding)
            elif not holding.stopped and holding.line <= beat.seen and beat.at is not None:
                holding.until = max(holding.until, beat.at + self.lease_seconds)
        return lost

    def may_report(self, holding: Holding) -> bool:
        """Return whether an attempt that has just ended is still this worker's."""
        if self._clock() >= holding.until:  # the keeper may have renewed it while this process was held up
            self._catch_up()
        return not holding.stopped and self._clock() < holding.until

    def running_out(self) -> list[Holding]:
        """Return what runs, and whose lease is about to end."""
        soon = self._clock() + _TO_SPARE * self.lease_seconds
        if not any(_runs(each) and each.until <= soon for each in self._by_lease.values()):
            return []
        self._catch_up()
        return [each for each in self._by_lease.values() if _runs(each) and each.until <= soon]

    def running(self) -> list[Holding]:
        """Return what has not ended here."""
        return [each for each in self._by_lease.values() if not each.ended]


def _runs(holding: Holding) -> bool:
    return not holding.ended and not holding.stopped


def attempt_of(given: Assignment, worker_id: str) -> Attempt:
    """Return an assignment as executors take it."""
    return Attempt(
        given.task_id,
        given.task_type,
        given.payload,
        worker_id,
        given.attempt,
        given.lease,
        given.timeout,
        None if given.traceparent is UNSET else given.traceparent,
    )
