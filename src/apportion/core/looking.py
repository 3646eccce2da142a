"""How sure a pick was, and what spoke for it: looked at before anything is remembered of it, changing nothing."""

from __future__ import annotations

from functools import cache
from math import exp
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from apportion.clock import fresh_random
from apportion.core.field import FEW, Field
from apportion.core.strategies.adaptive import BAND, AdaptiveStrategy
from apportion.core.strategies.hosted import HostedStrategy
from apportion.core.strategies.scored import ScoredStrategy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from apportion.core.candidates import Candidates
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements

SHOWN = 4
"""Workers whose scores are kept of a decision, the chosen one among them."""

_WEIGHED = 6
"""Workers between whom chance is looked at: those that cost least; it hardly ever falls on others."""

_FAR = 1.5
"""Logarithm of cost: who costs more than 4.5 times what the chosen one does is not looked at either."""

_DRAWS = 64
_SURE = 2.5
"""Standard deviations: nobody's draw is hoped to reach further."""

_PROBED = -100.0


class Look(NamedTuple):
    """What there is to say about a pick.

    Attributes:
        how: ``certain``: no chance was in it. ``drawn``: doubts were drawn, or strategies had their turns. ``probe``:
            a worker was tried out of turn. ``sample``: a sample of a crowd was weighed. ``plan``: a plan of several
            tasks, without chance. ``own``: a strategy of the user's own, which does not say.
        probability: that this worker was chosen: 1 where no chance was in it, an estimate where doubts were drawn, None
            where it is not known.
        eligible: workers that could have been chosen; of a crowd, those of the right kind, with room or without.
        scores: worker -> what decided. For the adaptive strategy the expected time to a success, in typical durations
            of the type, lower is better; for others their own score, higher is better.
    """

    how: str
    probability: float | None
    eligible: int
    scores: dict[str, float]


def look_at(
    strategy: Any, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext, *, planned: bool
) -> Look:
    """Return what there is to say about a pick.

    Args:
        strategy: who decided.
        task: what was needed.
        candidates: who could have been chosen.
        seat: who was.
        context: the moment.
        planned: a plan chose it.
    """
    if candidates.crowd is not None:
        sampled = strategy.samples and not planned
        how = "plan" if planned else "sample" if sampled else "certain"
        return Look(how, None if sampled else 1.0, len(candidates.crowd.seats), {})
    everyone = candidates.everyone()
    count = len(everyone)
    if isinstance(strategy, HostedStrategy):
        return Look("own", None, count, {})
    if count == 0:
        return Look("plan" if planned else "certain", 1.0, 0, {})
    if isinstance(strategy, AdaptiveStrategy):
        return _adaptive(strategy, task, everyone, seat, None if planned else context)
    scores: dict[str, float] = {}
    if isinstance(strategy, ScoredStrategy):
        values = strategy.values(task, everyone, context)
        scores = _shown(everyone, values, seat, highest=True)
    return Look("plan" if planned else "certain", 1.0, count, scores)


def _adaptive(
    strategy: AdaptiveStrategy, task: TaskRequirements, everyone: Field, seat: int, context: DecisionContext | None
) -> Look:
    if context is None and len(everyone) > _WEIGHED:  # a plan has no use for columns of costs, so there may be none
        return Look("plan", 1.0, len(everyone), {})
    if len(everyone) == 1:
        return Look("certain" if context is not None else "plan", 1.0, 1, {})
    few = everyone if context is None else _best_few(strategy, task, everyone, seat, context)
    centres, spreads = strategy.odds(task, few)
    # What is probed stands so far ahead that it would not be a cost.
    costs = [exp(min(centre, 50.0)) if centre > _PROBED else 0.0 for centre in centres]
    scores = _shown(few, costs, seat, highest=False)
    if context is None:
        return Look("plan", 1.0, len(everyone), scores)
    place = few.listed().index(seat)
    if centres[place] < _PROBED:
        return Look("probe", None, len(everyone), scores)
    probability = _share(centres, spreads, place)
    return Look("certain" if probability == 1.0 and not any(spreads) else "drawn", probability, len(everyone), scores)


def _best_few(
    strategy: AdaptiveStrategy, task: TaskRequirements, everyone: Field, seat: int, context: DecisionContext
) -> Field:
    costs, seats = strategy.costs(task, everyone, context), everyone.listed()
    if len(seats) > FEW:
        best = np.argpartition(costs, _WEIGHED)[:_WEIGHED].tolist()
        seats, costs = [seats[place] for place in best], [float(costs[place]) for place in best]
    near = min(costs) + _FAR
    ranked = sorted((cost, other) for cost, other in zip(costs, seats, strict=True) if cost <= near and other != seat)
    return Field(everyone.pool, [seat, *(other for _, other in ranked[: _WEIGHED - 1])])


def _share(centres: list[float], spreads: list[float], place: int) -> float:
    """Return how often a worker is chosen when doubts are drawn: alone the best, or one of those near it in turn."""
    surest = centres[place] + _SURE * spreads[place] + BAND
    if all(
        centre - _SURE * spread > surest
        for other, (centre, spread) in enumerate(zip(centres, spreads, strict=True))
        if other != place
    ):
        return 1.0
    costs = np.array(centres) + np.array(spreads) * _draws()[:, : len(centres)]
    near = costs <= costs.min(axis=1, keepdims=True) + BAND
    share = float((near[:, place] / near.sum(axis=1)).mean())
    return max(share, 1 / _DRAWS)


@cache
def _draws() -> NDArray[np.float64]:
    """Return draws of a standard normal quantity: the same ones always, so that looking draws nothing from anybody.

    Each column holds the quantiles of as many equal shares, shuffled (Latin hypercube sampling; McKay, Beckman and
    Conover, Technometrics 21, 1979): far less noise than as many free draws.
    """
    rng = fresh_random(1)
    columns: list[list[float]] = []
    for _ in range(_WEIGHED):
        column = [NormalDist().inv_cdf((place + 0.5) / _DRAWS) for place in range(_DRAWS)]
        rng.shuffle(column)
        columns.append(column)
    return np.array(columns).T


def _shown(field: Field, values: Any, seat: int, *, highest: bool) -> dict[str, float]:
    """Return the scores of the best few and of the chosen one, best first."""
    seats = field.listed()
    order = sorted(range(len(seats)), key=lambda place: -values[place] if highest else values[place])
    chosen = seats.index(seat) if seat in seats else None
    kept = order[:SHOWN]
    if chosen is not None and chosen not in kept:
        kept[-1] = chosen
    return {field.pool.at(seats[place]).id: float(f"{values[place]:.4g}") for place in kept}
