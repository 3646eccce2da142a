"""``random``: any of those that may take the task, each as likely as the others."""

from __future__ import annotations

from apportion.clock import Random
from apportion.core.candidates import Candidates
from apportion.simulation.policies.policy import Unlearning
from apportion.simulation.world.job import Job


class UniformRandom(Unlearning):
    """Chooses blindly."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return any seat."""
        seats = candidates.everyone().seats
        return int(seats[int(self._rng.random() * len(seats))]) if len(seats) else None
