"""The last hour, in steps of five seconds: what happened, how long tasks waited, how many wait."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from itertools import islice

from apportion.events import (
    Fact,
    TaskAssigned,
    TaskCancelled,
    TaskFact,
    TaskFailed,
    TaskQueued,
    TaskRequeued,
    TaskSucceeded,
)
from apportion.service.overview.bucket import Bucket, quantile, size_of
from apportion.wire.overview import Rates, SeriesView

STEP = 5
"""Seconds."""

KEPT = 720

_NAMES: dict[type, str] = {
    TaskQueued: "submitted",
    TaskAssigned: "started",
    TaskSucceeded: "succeeded",
    TaskFailed: "failed",
    TaskCancelled: "cancelled",
    TaskRequeued: "repeated",
}


class Series:
    """Counts by time."""

    def __init__(self) -> None:
        self._buckets: deque[Bucket] = deque(maxlen=KEPT)

    def go_on(self, buckets: Iterable[Bucket], now: float) -> None:
        """Begin with what is known of the time before, oldest first. What the clock has yet to reach is left out."""
        for bucket in buckets:
            if bucket.number * STEP <= now:
                self._at(bucket.number * STEP)
                self._buckets[-1] = bucket

    def note(self, fact: Fact) -> None:
        """Take in what has happened; an observer."""
        name = _NAMES.get(type(fact))
        if name is None or not isinstance(fact, TaskFact):
            return
        bucket = self._at(fact.at)
        bucket.counts[name] += 1
        if name == "started":
            task = fact.task
            bucket.waits[size_of(fact.at - max(task.queued_at, task.not_before or 0.0))] += 1

    def level(self, now: float, waiting: int, held: int, refused: int) -> None:
        """Write down how many tasks wait and are held now, and how many submits were refused since the last time."""
        bucket = self._at(now)
        bucket.waiting, bucket.held = waiting, held
        if refused:
            bucket.counts["refused"] += refused

    def since(self, start: float, now: float) -> SeriesView:
        """Return the steps from a time on, up to the one that is under way."""
        self._at(now)
        shown = self._last(int((now - start) // STEP) + 1)
        columns = {
            name: [bucket.counts[name] for bucket in shown]
            for name in ("submitted", "started", "succeeded", "failed", "repeated", "refused")
        }
        return SeriesView(
            step=STEP,
            at=[bucket.number * STEP for bucket in shown],
            waiting=[bucket.waiting for bucket in shown],
            held=[bucket.held for bucket in shown],
            wait_p50=[quantile(bucket.waits, 0.5) for bucket in shown],
            wait_p95=[quantile(bucket.waits, 0.95) for bucket in shown],
            **columns,
        )

    def rates(self, now: float, steps: int = 12) -> Rates:
        """Return what happens a second, over the last whole steps."""
        self._at(now)
        over = self._last(steps + 1)[:-1]
        seconds = STEP * max(1, len(over))
        counts: Counter[str] = Counter()
        waits: Counter[int] = Counter()
        for bucket in over:
            counts.update(bucket.counts)
            waits.update(bucket.waits)
        return Rates(
            submitted=counts["submitted"] / seconds,
            started=counts["started"] / seconds,
            succeeded=counts["succeeded"] / seconds,
            failed=counts["failed"] / seconds,
            wait_p50=quantile(waits, 0.5),
            wait_p95=quantile(waits, 0.95),
        )

    def total(self, name: str, now: float, seconds: float) -> int:
        """Return how often something happened within the last seconds."""
        self._at(now)
        return sum(bucket.counts[name] for bucket in self._last(int(seconds // STEP) + 1))

    def levels(self, now: float, seconds: float) -> list[int]:
        """Return how many tasks waited at each of the last steps, as far as is known, oldest first."""
        self._at(now)
        levels = (bucket.waiting for bucket in self._last(int(seconds // STEP) + 1))
        return [level for level in levels if level is not None]

    def _last(self, steps: int) -> list[Bucket]:
        return list(islice(self._buckets, max(0, len(self._buckets) - max(1, steps)), None))

    def _at(self, now: float) -> Bucket:
        """Return the bucket of a time. The clock may have gone back: then the last one goes on."""
        number = int(now // STEP)
        last = self._buckets[-1] if self._buckets else None
        if last is not None and number <= last.number:
            return last
        if last is None:
            last = Bucket(number)
            self._buckets.append(last)
        missing = number - last.number
        if missing > KEPT:
            self._buckets.clear()
            self._buckets.append(Bucket(number, last.waiting, last.held))
        else:
            for between in range(last.number + 1, number + 1):
                self._buckets.append(Bucket(between, last.waiting, last.held))
        return self._buckets[-1]
