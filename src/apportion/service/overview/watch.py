"""Follows what happens, and puts the overview together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from apportion.clock import wall_clock
from apportion.events import (
    Fact,
    StoreTroubled,
    StrategyFailed,
    TaskAssigned,
    TaskFact,
    TaskFailed,
    TaskRequeued,
    TaskSucceeded,
    WorkerGone,
    WorkerRegistered,
)
from apportion.ports import TaskStore
from apportion.runtime.looks import Looks
from apportion.runtime.weight_history import Weighed
from apportion.service.overview.breakdown import Breakdown
from apportion.service.overview.failing import RecentOutcomes
from apportion.service.overview.loads import Loads
from apportion.service.overview.past import past_of
from apportion.service.overview.series import STEP, Series
from apportion.service.overview.situation import Trouble
from apportion.service.overview.stuck import Stuck
from apportion.service.service_distributor import ServiceDistributor
from apportion.wire.overview import DecisionView

DECISIONS = 500
"""Decisions that are kept."""


class Watch:
    """Follows what happens.

    Attributes:
        breakdown: what waits and is held, by type and tenant.
        series: what happened, by time.
        types, workers: who and what fails lately.
        stuck: what nobody could take.
        loads: how loaded each worker was.
        store, strategy: the last trouble with these.
        weights: how the adaptive strategy weighed the others before the service started.
    """

    def __init__(self) -> None:
        self.breakdown = Breakdown()
        self.series = Series()
        self.types = RecentOutcomes()
        self.workers = RecentOutcomes()
        self.stuck = Stuck()
        self.loads = Loads()
        self.store: Trouble | None = None
        self.strategy: Trouble | None = None
        self.weights: list[Weighed] = []
        self._decisions: deque[DecisionView] = deque(maxlen=DECISIONS)
        self._notes: dict[type[Fact], Callable[[Any], None]] = {
            TaskAssigned: self._assigned,
            TaskSucceeded: self._succeeded,
            TaskFailed: self._failed,
            TaskRequeued: self._requeued,
        }

    def start(self, store: TaskStore) -> None:
        """Begin with what a store holds, before anything in it changes."""
        self.breakdown.start(store)
        past = past_of(store, STEP)
        self.series.go_on(past.buckets, wall_clock())
        self.weights = past.weights
        self._decisions.extend(past.decisions)

    def note(self, fact: Fact) -> None:
        """Take in what has happened; an observer."""
        if isinstance(fact, TaskFact):
            self.breakdown.note(fact)
            self.series.note(fact)
            note = self._notes.get(type(fact))
            if note is not None:
                note(fact)
        elif isinstance(fact, WorkerRegistered | WorkerGone):
            self.stuck.forget()
        elif isinstance(fact, StoreTroubled):
            self.store = Trouble(fact.at, fact.problem)
        elif isinstance(fact, StrategyFailed):
            self.strategy = Trouble(fact.at, f"{fact.strategy}: {fact.problem}")

    def _assigned(self, fact: TaskAssigned) -> None:
        task = fact.task
        waited = max(0.0, fact.at - max(task.queued_at, task.not_before or 0.0))
        worker = task.assigned_worker or ""
        self._decisions.append(
            DecisionView(fact.at, task.id, task.task_type, task.tenant, task.attempt, worker, waited, task.decision)
        )

    def _succeeded(self, fact: TaskSucceeded) -> None:
        self._outcome(fact, fact.task.assigned_worker, success=True)

    def _failed(self, fact: TaskFailed) -> None:
        task = fact.task
        if task.assigned_at is not None and task.assigned_at >= task.queued_at:
            self._outcome(fact, task.assigned_worker, success=False, error=task.error or "")

    def _requeued(self, fact: TaskRequeued) -> None:
        if fact.counted:
            self._outcome(fact, fact.worker_id, success=False, error=fact.reason)

    def _outcome(self, fact: TaskFact, worker: str | None, *, success: bool, error: str = "") -> None:
        for outcomes, name in ((self.types, fact.task.task_type), (self.workers, worker)):
            if name:
                outcomes.note(name, fact.at, success=success, error=error, task_id=fact.task.id)

    def look(self, distributor: ServiceDistributor, now: float, refused: int) -> None:
        """Look around: done every second.

        Args:
            distributor: what to look at.
            now: Unix seconds.
            refused: submits that were refused for a full queue since the last look.
        """
        waiting, held = distributor.waiting_and_held()
        self.series.level(now, waiting, held, refused)
        self.stuck.look(distributor, now)
        self.loads.look(distributor, now)

    def decisions(self, limit: int, task_type: str | None = None, worker: str | None = None) -> list[DecisionView]:
        """Return the last decisions, newest first."""
        meant = (each for each in reversed(self._decisions) if _meant(each, task_type, worker))
        return [each for each, _ in zip(meant, range(limit), strict=False)]


def _meant(decision: DecisionView, task_type: str | None, worker: str | None) -> bool:
    return task_type in {None, decision.task_type} and worker in {None, decision.worker_id}


def oldest_wait(looks: Looks, now: float) -> float | None:
    """Return the seconds that the longest waiting task in memory has waited; None: none waits there."""
    began: Iterable[float] = [since for lane in looks.lanes() if (since := looks.waiting_since(lane)) is not None]
    first = min(began, default=None)
    return None if first is None else max(0.0, now - first)
