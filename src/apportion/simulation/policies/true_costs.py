"""What each worker really costs for a task at the moment: for oracles only."""

from __future__ import annotations

from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import SimWorker
from apportion.simulation.world.world import World


class TrueCosts:
    """Workers in the order of their expected time to a success.

    Args:
        world: the workers as they are.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._ranked: dict[int, list[tuple[float, SimWorker]]] = {}
        self._fixed = not any(
            worker.profile.contention or worker.profile.seconds_per or worker.profile.warm
            for worker in world.workers.values()
        )

    def changed(self) -> None:
        """Look at everybody anew."""
        self._ranked.clear()

    def ranked(self, job: Job) -> list[tuple[float, SimWorker]]:
        """Return (expected seconds a unit of the job's work, worker), cheapest first, with room or without."""
        if not self._fixed:  # costs depend on each task and on the loads of the moment
            return self._rank(job)
        ranked = self._ranked.get(job.shape.number)
        if ranked is None:
            ranked = self._ranked[job.shape.number] = self._rank(job)
        return ranked

    def _rank(self, job: Job) -> list[tuple[float, SimWorker]]:
        now = self._world.clock.now
        there = [worker for worker in self._world.workers.values() if worker.present]
        costs = [(worker.expected(job, now) / job.work, worker) for worker in there]
        return sorted(costs, key=lambda cost: (cost[0], cost[1].number))
