"""The real `LoadBalancer` as the one who chooses."""

from __future__ import annotations

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.model.task import TaskRequirements
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import Attempt, SimWorker


class BalancerPlacer:
    """Asks `LoadBalancer.select_worker`, and feeds outcomes back.

    Args:
        balancer: who decides.
        pool: among whom.
    """

    def __init__(self, balancer: LoadBalancer, pool: WorkerPool) -> None:
        self._balancer = balancer
        self._pool = pool
        self._adaptive = balancer.adaptive if balancer.get_current_strategy() == "adaptive" else None

    def place(self, job: Job, needs: TaskRequirements) -> str | None:
        """Return the id of the worker that should have the task now, or None."""
        worker = self._balancer.select_worker(needs, self._pool)
        return None if worker is None else worker.id

    def learn(self, attempt: Attempt, seconds: float, fault: str | None) -> None:
        """Feed back how an attempt ended."""
        needs = attempt.needs
        self._balancer.update_context(
            attempt.worker.id, needs.task_type, attempt.success, seconds, task=needs, fault=fault
        )

    def changed(self, worker: SimWorker) -> None:
        """Nothing: what is true of a worker is not for the balancer to see."""

    def weights(self) -> dict[str, float] | None:
        """Return the adaptive weights, where the adaptive strategy decides."""
        return None if self._adaptive is None else self._adaptive.get_weights()
