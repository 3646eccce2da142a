"""Whoever looks on when a worker is chosen: records of decisions, and strategies that decide beside the live one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from apportion.core.candidates import Candidates
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements


class Witness(Protocol):
    """Is told each pick, before anything is remembered of it.

    It changes nothing that is handed to it, draws nothing from the balancer's random source, and does not raise: with
    or without a witness, the same workers are chosen.
    """

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
        """Look at a pick.

        Args:
            strategy: who decided.
            task: what was needed.
            candidates: who could have been chosen.
            seat: who was.
            context: the moment.
            planned: a plan chose it, not the strategy at this moment.
        """
        ...
