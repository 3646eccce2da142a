"""``greedy-oracle``: the lowest true expected time to a success among those with room; it never waits."""

from __future__ import annotations

from apportion.core.candidates import Candidates
from apportion.simulation.policies.true_costs import TrueCosts
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import Attempt, SimWorker
from apportion.simulation.world.world import World


class GreedyOracle:
    """Chooses whoever is really best now."""

    def __init__(self, world: World) -> None:
        self._costs = TrueCosts(world)

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return the seat with the lowest true cost."""
        field = candidates.everyone()
        able = set(field.listed())
        if not able:
            return None
        pool = field.pool
        for _, worker in self._costs.ranked(job):
            seat = pool.seat(worker.id)
            if seat in able:
                return seat
        return None

    def heard(self, attempt: Attempt, seconds: float, now: float) -> None:
        """Learn nothing: it knows."""

    def changed(self, worker: SimWorker) -> None:
        """Look at everybody anew."""
        self._costs.changed()
