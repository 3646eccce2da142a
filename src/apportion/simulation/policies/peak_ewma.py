"""``peak-ewma``: of two workers drawn at random, the lower expected latency times what is outstanding.

As in Twitter's Finagle (``PeakEwma``): the latency of each worker is an exponentially weighted mean that decays with
time and jumps at once to any higher observation; the cost is that times (outstanding + 1). It looks neither at the type
of task nor at failures, whose latency counts like any other.
"""

from __future__ import annotations

from math import exp

from apportion.clock import Random
from apportion.core.candidates import Candidates
from apportion.simulation.policies.power_of_two import two_places
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import Attempt, SimWorker

_DECAY = 10.0
"""Seconds in which an observation loses 63 % of its weight; Finagle's default."""

_PENALTY = 1e6
"""Cost of whoever has work and has never answered."""


class PeakEwma:
    """Chooses the cheaper of two."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._cost: dict[str, float] = {}
        self._stamp: dict[str, float] = {}

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return the cheaper of two different seats."""
        field = candidates.everyone()
        number = len(field)
        if number <= 1:
            return int(field.seats[0]) if number else None
        first, second = two_places(self._rng, number)
        seats = int(field.seats[first]), int(field.seats[second])
        return min(seats, key=lambda seat: self._load(field.pool.at(seat).id, field.pool.load.scalar[seat], now))

    def heard(self, attempt: Attempt, seconds: float, now: float) -> None:
        """Take in a latency."""
        self._observe(attempt.worker.id, seconds, now)

    def changed(self, worker: SimWorker) -> None:
        """Notice nothing."""

    def _load(self, id: str, outstanding: float, now: float) -> float:
        self._observe(id, 0.0, now)
        cost = self._cost[id]
        if cost == 0.0 and outstanding:
            return _PENALTY + outstanding
        return cost * (outstanding + 1.0)

    def _observe(self, id: str, seconds: float, now: float) -> None:
        before = self._cost.get(id, 0.0)
        elapsed = max(0.0, now - self._stamp.get(id, now))
        self._stamp[id] = now
        weight = exp(-elapsed / _DECAY)
        self._cost[id] = seconds if seconds > before else before * weight + seconds * (1.0 - weight)
