"""``power-of-two``: of two workers drawn at random, the one that is less utilised.

Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12 (10), 2001.
"""

from __future__ import annotations

from apportion.clock import Random
from apportion.core.candidates import Candidates
from apportion.simulation.policies.policy import Unlearning
from apportion.simulation.world.job import Job


class PowerOfTwo(Unlearning):
    """Chooses the better of two."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return the less utilised of two different seats."""
        field = candidates.everyone()
        number = len(field)
        if number <= 1:
            return int(field.seats[0]) if number else None
        first, second = two_places(self._rng, number)
        load, capacity = field.pool.load.scalar, field.pool.capacity.scalar
        seats = int(field.seats[first]), int(field.seats[second])
        return min(seats, key=lambda seat: load[seat] / capacity[seat])


def two_places(rng: Random, number: int) -> tuple[int, int]:
    """Return two different places of ``number``, every pair as likely as any other, in random order."""
    first = int(rng.random() * number)
    second = int(rng.random() * (number - 1))
    return first, second + (second >= first)
