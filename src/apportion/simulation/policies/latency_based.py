"""``latency-based``: the lowest mean of the last ten latencies at this type of task.

As the ``latency-based-routing`` of LiteLLM: each worker's last ten latencies are kept by type, whoever has none comes
first, and a failed attempt counts as a latency of 1000 s. It does not look at load beyond whether there is room.
"""

from __future__ import annotations

from collections import deque

from apportion.clock import Random
from apportion.core.candidates import Candidates
from apportion.simulation.policies.policy import Unlearning
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import Attempt

_KEPT = 10
_FAILURE = 1000.0


class LatencyBased(Unlearning):
    """Chooses whoever was quickest lately."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._latencies: dict[tuple[str, str | None], deque[float]] = {}
        self._means: dict[tuple[str, str | None], float] = {}

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return the seat with the lowest mean; ties are broken at random."""
        field = candidates.everyone()
        if not len(field):
            return None
        task_type, pool, means = job.requirements.task_type, field.pool, self._means
        seats = field.listed()
        known = [means.get((pool.at(seat).id, task_type), 0.0) for seat in seats]
        least = min(known)
        tied = [seat for seat, mean in zip(seats, known, strict=True) if mean == least]
        return tied[int(self._rng.random() * len(tied))]

    def heard(self, attempt: Attempt, seconds: float, now: float) -> None:
        """Take in a latency, or a failure."""
        key = (attempt.worker.id, attempt.needs.task_type)
        latencies = self._latencies.setdefault(key, deque(maxlen=_KEPT))
        latencies.append(seconds if attempt.success else _FAILURE)
        self._means[key] = sum(latencies) / len(latencies)
