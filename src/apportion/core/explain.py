"""Puts an explanation together, changing nothing: no turn is taken, no number drawn that the next pick would miss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apportion.core import nearest
from apportion.core.candidates import SAMPLE
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.errors import StrategyError
from apportion.model.explanation import Explanation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apportion.clock import Random
    from apportion.core.candidates import Candidates
    from apportion.core.pool.pool import WorkerPool
    from apportion.core.ranking import Ranking
    from apportion.core.rules.custom import CustomRule
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements


class Explainer:
    """Explains one task over one pool.

    Args:
        strategies: all that are registered, by name.
        current: the name of the one that decides.
        rules: rules of the user's own.
    """

    def __init__(self, strategies: Mapping[str, Any], current: str, rules: Sequence[CustomRule]) -> None:
        self._strategies = strategies
        self._current = current
        self._rules = rules

    def explain(
        self,
        task: TaskRequirements,
        pool: WorkerPool,
        ranking: Ranking,
        candidates: Candidates | None,
        context: DecisionContext,
        most: int | None,
    ) -> Explanation:
        """Return why this worker, or why none.

        Args:
            task: what is needed.
            pool: the workers.
            ranking: how each of them does.
            candidates: who may take the task, as preferences left them.
            context: what is known.
            most: how many workers are named in the ranking, and under each rejection; None: all.
        """
        if candidates is not None and not len(candidates.everyone()):  # which may turn out only now
            candidates = None
        state = _state(context.rng)
        votes = {name: self._vote(name, task, candidates, context, state) for name in self._strategies}
        chosen = votes[self._current]
        worker = pool.get(chosen) if chosen is not None else None
        refusals = ranking.refusals
        hopeful = candidates is not None or refusals.hopeful
        best = ranking.best(most)
        return Explanation(
            outcome="worker" if worker is not None else "full" if hopeful else "impossible",
            task=task,
            worker=worker,
            strategy=self._current,
            rejected={code: tuple(ids[:most]) for code, ids in refusals.by_code.items()},
            ranking=tuple(best),
            votes=votes,
            weights=self._adaptive.get_weights() if self._adaptive else {},
            beliefs={entry.worker.id: self._belief(entry.worker.id, task.task_type) for entry in best},
            suggestions=() if candidates is not None else nearest.suggestions(task, refusals, self._rules),
            weighed=self._weighed(candidates),
            narrowed=(
                0 if candidates is None else len(candidates.everyone()),
                len(ranking.workers) - refusals.count,
            ),
            counts={code: len(ids) for code, ids in refusals.by_code.items()},
            ranked=len(ranking),
        )

    @property
    def _adaptive(self) -> AdaptiveStrategy | None:
        for strategy in (self._strategies[self._current], *self._strategies.values()):
            if isinstance(strategy, AdaptiveStrategy):
                return strategy
        return None

    def _vote(
        self, name: str, task: TaskRequirements, candidates: Candidates | None, context: DecisionContext, state: Any
    ) -> str | None:
        """Ask one strategy, from the random state that the next pick will find, and leave that state behind."""
        if candidates is None:
            return None
        try:
            seat = self._strategies[name].choose(task, candidates, context)
        except StrategyError:
            if name == self._current:
                raise
            return None
        finally:
            if state is not None:
                context.rng.setstate(state)
        return None if seat is None else candidates.pool.at(seat).id

    def _belief(self, worker_id: str, task_type: str | None) -> dict[str, Any]:
        adaptive = self._adaptive
        if adaptive is None:
            return {}
        return adaptive.describe(worker_id, task_type)

    def _weighed(self, candidates: Candidates | None) -> str:
        if candidates is None:
            return "none"
        if candidates.crowd is None or not self._strategies[self._current].samples:
            return f"all {len(candidates.everyone())}"
        return f"a sample of {SAMPLE} and the best known"


def _state(rng: Random) -> Any:
    """Return what the random source will give, so that it can be put back; None where it is chance itself."""
    try:
        return rng.getstate()
    except NotImplementedError:
        return None
