"""A rule for comparison, and how it is asked."""

from __future__ import annotations

from typing import Protocol

from apportion.clock import Random
from apportion.core.candidates import Candidates, find_candidates
from apportion.core.pool.pool import WorkerPool
from apportion.core.preferences import has_preferences, narrow
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements
from apportion.simulation.world.clock import TraceClock
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import Attempt, SimWorker

_EVERYBODY = 1 << 30
"""Baselines always weigh all who may take a task; a sample would be another rule."""


class Policy(Protocol):
    """Chooses a seat among candidates."""

    def choose(self, job: Job, candidates: Candidates, now: float) -> int | None:
        """Return the seat that should have the job, or None where nobody has room."""
        ...

    def heard(self, attempt: Attempt, seconds: float, now: float) -> None:
        """Take in how an attempt ended."""
        ...

    def changed(self, worker: SimWorker) -> None:
        """A worker came, went or changed; baselines must not look at how."""
        ...


class Unlearning:
    """The part of a policy that learns nothing."""

    def heard(self, attempt: Attempt, seconds: float, now: float) -> None:
        """Learn nothing."""

    def changed(self, worker: SimWorker) -> None:
        """Notice nothing."""


class PolicyPlacer:
    """Asks a policy, among those whom the core finds eligible and the task prefers.

    Args:
        policy: who chooses.
        pool: among whom.
        rng: a random source.
        clock: the virtual time.
    """

    def __init__(self, policy: Policy, pool: WorkerPool, rng: Random, clock: TraceClock) -> None:
        self._policy = policy
        self._pool = pool
        self._rng = rng
        self._clock = clock
        self._context = BalancingContext()

    def place(self, job: Job, needs: TaskRequirements) -> str | None:
        """Return the id of the worker that should have the task now, or None."""
        candidates = find_candidates(self._pool, needs, _EVERYBODY, self._rng)
        if candidates is None:
            return None
        if has_preferences(needs, self._context):
            candidates = narrow(candidates, needs, self._context)
        seat = self._policy.choose(job, candidates, self._clock.now)
        return None if seat is None else self._pool.at(seat).id

    def learn(self, attempt: Attempt, seconds: float, fault: str | None) -> None:
        """Tell the policy how an attempt ended."""
        self._policy.heard(attempt, seconds, self._clock.now)

    def changed(self, worker: SimWorker) -> None:
        """Tell the policy that a worker came, went or changed."""
        self._policy.changed(worker)

    def weights(self) -> None:
        """A policy combines nothing."""
        return
