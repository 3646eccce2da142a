"""When a worker is expected to have room, by one who knows how long everything takes."""

from __future__ import annotations

from bisect import insort
from math import inf

from apportion.simulation.world.worker import SimWorker


class VirtualSlots:
    """When which units of a worker are expected to be free: (in how many seconds, units), the soonest first."""

    __slots__ = ("units",)

    def __init__(self, worker: SimWorker, now: float) -> None:
        self.units = [
            (max(1e-9, attempt.started + worker.seconds(attempt.job) - now), attempt.needs.complexity)
            for attempt in (*worker.running, *worker.line)
        ]
        self.units.append((0.0, worker.capacity - sum(units for _, units in self.units)))
        self.units.sort()

    def wait(self, complexity: float) -> float:
        """Return in how many seconds there is room for so much."""
        found = 0.0
        for seconds, units in self.units:
            found += units
            if found >= complexity:
                return seconds
        return inf

    def take(self, complexity: float, seconds: float) -> None:
        """Let so much be taken from the units that are free first, until it is done ``seconds`` after that."""
        until, left = self.wait(complexity) + seconds, complexity
        kept: list[tuple[float, float]] = []
        for free, units in self.units:
            taken = min(left, units)
            left -= taken
            if units > taken:
                kept.append((free, units - taken))
        insort(kept, (until, complexity))
        self.units = kept
