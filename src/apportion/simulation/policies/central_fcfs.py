"""``central-fcfs``: first come, first served, by the free worker that is quickest by its data sheet.

It knows each worker's nominal speed for each type at the beginning, and nothing of noise, failures or drift.
"""

from __future__ import annotations

from apportion.core.candidates import Candidates
from apportion.simulation.policies.policy import Unlearning
from apportion.simulation.world.job import Job
from apportion.simulation.world.traffic import nominal_seconds
from apportion.simulation.world.world import World


class CentralFcfs(Unlearning):
    """Chooses the nominally quickest."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._units: dict[tuple[str, str | None], float] = {}

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return the seat with the highest nominal speed; among equals the less utilised."""
        field = candidates.everyone()
        if not len(field):
            return None
        pool, load, capacity = field.pool, field.pool.load.scalar, field.pool.capacity.scalar
        return min(field.listed(), key=lambda seat: (self._nominal(job, pool.at(seat).id), load[seat] / capacity[seat]))

    def _nominal(self, job: Job, id: str) -> float:
        profile = self._world.workers[id].profile
        if profile.seconds_per:
            return nominal_seconds(job, profile)
        key = (id, job.requirements.task_type)
        unit = self._units.get(key)
        if unit is None:
            unit = self._units[key] = nominal_seconds(job, profile) / job.work
        return unit
