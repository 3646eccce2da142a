"""Limits by key over all workers: which let one more task start, and what each has let start."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from itertools import chain
from math import inf

from apportion.model.limit import Limit
from apportion.runtime.lane import Lane


class Gauge:
    """How far one limit is used. A rate that is a whole number lets that many start in any second; others space evenly.

    Args:
        limit: the limit.

    Attributes:
        running: how many run.
    """

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.running = 0
        rate = limit.rate
        self._most = int(rate) if rate is not None and rate.is_integer() else 1
        self._period = 0.0 if rate is None else self._most / rate
        self._starts: deque[float] = deque(maxlen=self._most)

    def left(self, now: float) -> float:
        """Return how many more may start now."""
        limit = self.limit
        at_once = inf if limit.concurrency is None else limit.concurrency - self.running
        if limit.rate is None:
            return at_once
        while self._starts and self._starts[0] + self._period <= now:
            self._starts.popleft()
        return min(at_once, self._most - len(self._starts))

    def frees_in(self, now: float) -> float | None:
        """Return the seconds after which the rate lets one more start; None: it does so now, or there is none."""
        if self.limit.rate is None or len(self._starts) < self._most:
            return None
        return max(0.0, self._starts[0] + self._period - now)

    def started(self, now: float) -> None:
        """One more has started."""
        if self.limit.rate is not None:
            self._starts.append(now)

    def restarted(self, now: float) -> None:
        """Nobody knows what started just before the restart: as if it was as many as may."""
        if self.limit.rate is not None:
            self._starts.extend([now] * self._most)


class Limits:
    """All limits.

    Args:
        limits: of the configuration.
    """

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._gauges: dict[tuple[str, str], list[Gauge]] = {}
        for limit in limits:
            self._gauges.setdefault((limit.kind, limit.name), []).append(Gauge(limit))

    def restarted(self, now: float) -> None:
        """A run before this one may have started tasks a moment ago."""
        for gauge in chain.from_iterable(self._gauges.values()):
            gauge.restarted(now)

    def of(self, task_type: str | None, tenant: str, keys: Iterable[str]) -> list[Gauge]:
        """Return the limits that such a task counts under."""
        if not self._gauges:
            return []
        named = [("task_type", task_type or ""), ("tenant", tenant), *(("key", key) for key in dict.fromkeys(keys))]
        return [gauge for name in named for gauge in self._gauges.get(name, ())]


class Draft:
    """What limits let start while a window is chosen: nothing has started yet, but each chosen task counts.

    Args:
        limits: all limits.
        now: steady seconds.

    Attributes:
        again_in: seconds after which a rate that has let somebody wait lets one more start; infinite: none has.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._now = now
        self._chosen: Counter[Gauge] = Counter()
        self.again_in = inf

    def allows(self, lane: Lane) -> bool:
        """Return whether one more task of a lane may start, and count it if so."""
        gauges = self._limits.of(lane.requirements.task_type, lane.tenant, lane.shape.limit_keys)
        for gauge in gauges:
            if gauge.left(self._now) - self._chosen[gauge] < 1:
                wait = gauge.frees_in(self._now)
                self.again_in = min(self.again_in, inf if wait is None else wait)
                return False
        for gauge in gauges:
            self._chosen[gauge] += 1
        return True
