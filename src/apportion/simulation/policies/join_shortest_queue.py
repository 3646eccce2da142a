"""``join-shortest-queue``: the fewest units of work that a worker holds; ties are broken at random."""

from __future__ import annotations

import numpy as np

from apportion.clock import Random
from apportion.core.candidates import Candidates
from apportion.simulation.policies.policy import Unlearning
from apportion.simulation.world.job import Job


class JoinShortestQueue(Unlearning):
    """Chooses whoever holds least, whatever its capacity."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return the seat with the lowest load."""
        field = candidates.everyone()
        if not len(field):
            return None
        load = np.asarray(field.load)
        tied = np.asarray(field.seats)[(load == load.min()).nonzero()[0]]
        return int(tied[int(self._rng.random() * len(tied))])
