"""What is recorded of each decision: why this worker, how sure that was, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.candidates import Candidates
from apportion.core.looking import Look, look_at
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.context import DecisionContext
from apportion.model.plain_json import SoundJson
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import ForgetNotes, Note
from apportion.runtime.decision_line import decision_line, gone_line, worker_line
from apportion.runtime.shadows import Asked, Shadows, shown
from apportion.runtime.weight_history import WeightHistory

DAY = 86_400.0


class Decided(NamedTuple):
    """A decision that was carried out, of which the outcome is awaited.

    Attributes:
        task: as it was assigned.
        requirements: as decided: whom a task avoids that failed before, is among them.
        asked: what shadows wanted.
    """

    task: Task
    requirements: TaskRequirements
    asked: Asked | None


class Recorder:
    """Looks on when workers are chosen, and writes down decisions when their outcome is known.

    The decision itself is on disk with its assignment, as part of the task; the line with the outcome follows with the
    end of the attempt.

    Args:
        config: whether decisions are kept, and who decides in the shadow.
        balancer: who decides.

    Attributes:
        shadows: strategies that decide beside the live one.
        weights: over time.
    """

    def __init__(self, config: RuntimeConfig, balancer: LoadBalancer) -> None:
        self.shadows = Shadows(config.shadow, balancer)
        self.weights = WeightHistory()
        self._keeps = config.keep_decisions > 0
        self._keeps_for = config.keep_decisions * DAY
        self._again_after = min(DAY, self._keeps_for / 2)
        self._balancer = balancer
        self._open: dict[str, Decided] = {}
        self._look: Look | None = None
        self._asked: Asked | None = None
        self._fleet_at: float | None = None
        if self._keeps or self.shadows:
            balancer.watch(self)

    def saw(
        self,
        strategy: Any,
        task: TaskRequirements,
        candidates: Candidates,
        seat: int,
        context: DecisionContext,
        *,
        planned: bool,
    ) -> None:
        """Look at a pick; see `apportion.core.witness`."""
        self._look = look_at(strategy, task, candidates, seat, context, planned=planned) if self._keeps else None
        self._asked = self.shadows.ask(task, candidates, seat, context) if self.shadows else None

    def decision(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Return what is recorded of the pick that was just made, beside what is the same for all of its plan."""
        look = self._look
        if look is None:
            return plan
        found = SoundJson(
            plan,
            how=look.how,
            probability=None if look.probability is None else round(look.probability, 4),
            eligible=look.eligible,
            scores=look.scores,
        )
        adaptive = self._balancer.adaptive
        if isinstance(adaptive, AdaptiveStrategy) and plan["strategy"] == adaptive.name and adaptive.voters is not None:
            found["votes"] = list(adaptive.voters)
            found["weights"] = {name: round(weight, 3) for name, weight in adaptive.get_weights().items()}
        wanted = shown(self._asked)
        if wanted:
            found["shadows"] = wanted
        return found

    def decided(self, task: Task, requirements: TaskRequirements, now: float) -> None:
        """Take in that the pick was carried out."""
        asked, self._asked, self._look = self._asked, None, None
        self._open[task.id] = Decided(task, requirements, asked)
        if asked is not None:
            self.shadows.decided(asked, task.id, task.assigned_worker or "", now)

    def found(self, task: Task) -> None:
        """Go on with what an earlier run decided."""
        self._open[task.id] = Decided(task, task.requirements, None)

    def heard(self, task: Task, success: bool, duration: float, fault: str | None, now: float) -> None:
        """Take in an outcome that says something, before the balancer learns from it."""
        decided = self._open.get(task.id)
        if self.shadows:
            if decided is not None and decided.asked is not None:
                self.shadows.ended(decided.asked, success, duration)
            self.shadows.heard(task.assigned_worker or "", task.requirements, success, duration, fault, now)
        self.weigh(now)

    def weigh(self, now: float) -> None:
        """Note who decides, and how the others are weighed, if that is due."""
        name = self._balancer.get_current_strategy()
        if self.weights.due(now, name):
            adaptive = self._balancer.adaptive
            self.weights.note(now, name, {} if adaptive is None else adaptive.get_weights())

    def ended(self, task: Task, now: float) -> list[Note]:
        """Return the line about a decision whose attempt has ended, with the task as it is now."""
        decided = self._open.pop(task.id, None)
        if decided is None or not self._keeps:
            return []
        return [Note(now, decision_line(decided.task, task, decided.requirements, now))]

    def forgetting(self, now: float) -> ForgetNotes | None:
        """Return what is to be forgotten by now, or None where nothing is ever recorded."""
        return ForgetNotes(now - self._keeps_for) if self._keeps else None

    # --- who was there ----------------------------------------------------------------------------------------------

    def joined(self, worker: WorkerInfo, now: float) -> list[Note]:
        """Return the line about a worker that has come."""
        return [Note(now, worker_line(worker, now))] if self._keeps else []

    def gone(self, worker_id: str, now: float) -> list[Note]:
        """Return the line about a worker that has gone."""
        return [Note(now, gone_line(worker_id, now))] if self._keeps else []

    def fleet(self, workers: Iterable[WorkerInfo], now: float) -> list[Note]:
        """Return lines about all who are there, if the last ones are about to be forgotten."""
        if not self._keeps:
            return []
        if self._fleet_at is None:
            self._fleet_at = now
        if 0 <= now - self._fleet_at < self._again_after:
            return []
        self._fleet_at = now
        return [Note(now, worker_line(worker, now)) for worker in workers]
