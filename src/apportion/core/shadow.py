"""A strategy that decides beside the live one, without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.context import DecisionContext

if TYPE_CHECKING:
    from apportion.clock import Random
    from apportion.core.candidates import Candidates
    from apportion.model.task import TaskRequirements


class Shadow:
    """Asks a strategy of its own, with a random source of its own, whom it would choose.

    The strategy learns from what really happened: whom the live one chose, and what became of it. So what it wants is
    what it would want if it took over now.

    Args:
        strategy: chooses seats; nobody else may use it.
        rng: nobody else may draw from it.
    """

    def __init__(self, strategy: Any, rng: Random) -> None:
        self._strategy = strategy
        self._rng = rng

    @property
    def name(self) -> str:
        """The strategy's name."""
        return str(self._strategy.name)

    def wish(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> int | None:
        """Return the seat that it would choose; then take in which one was chosen.

        Raises:
            StrategyError: it is one of the user's own, and raised.
        """
        own, aside = candidates.drawn_by(self._rng), DecisionContext(context, context.now, self._rng)
        wanted: int | None = self._strategy.choose(task, own, aside)
        self._strategy.chosen(task, own, seat, aside)
        return wanted

    def heard(
        self,
        worker_id: str,
        task: TaskRequirements,
        success: bool,
        duration: float,
        context: DecisionContext,
        fault: str | None,
    ) -> None:
        """Take in an outcome.

        Raises:
            StrategyError: it is one of the user's own, and raised.
        """
        strategy, aside = self._strategy, DecisionContext(context, context.now, self._rng)
        if isinstance(strategy, AdaptiveStrategy):
            strategy.learn(worker_id, task.task_type, success, duration, aside, task, fault)
        elif hasattr(strategy, "record"):
            strategy.record(worker_id, task.task_type, success, duration, aside)
