"""How sure a pick was, and what spoke for it: looked at before anything is remembered of it, changing nothing."""

from __future__ import annotations

from math import erf, exp, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from apportion.core.field import FEW, Field
from apportion.core.strategies.adaptive import BAND, AdaptiveStrategy
from apportion.core.strategies.hosted import HostedStrategy
from apportion.core.strategies.scored import ScoredStrategy

if TYPE_CHECKING:
    from apportion.core.candidates import Candidates
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements

SHOWN = 4
"""Workers whose scores are kept of a decision, the chosen one among them."""

_WEIGHED = 6
"""Workers between whom chance is looked at: those that cost least; it hardly ever falls on others."""

_FAR = 1.5
"""Logarithm of cost: who costs more than 4.5 times what the chosen one does is not looked at either."""

_LEAST = 0.01
"""No probability is said to be lower: so far out the estimate is none."""

_ROOT_OF_TWO = sqrt(2.0)
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
        return _adaptive(strategy, task, candidates, seat, None if planned else context)
    scores: dict[str, float] = {}
    if isinstance(strategy, ScoredStrategy):
        values = strategy.values(task, everyone, context)
        scores = _shown(everyone, values, seat, highest=True)
    return Look("plan" if planned else "certain", 1.0, count, scores)


def _adaptive(
    strategy: AdaptiveStrategy,
    task: TaskRequirements,
    candidates: Candidates,
    seat: int,
    context: DecisionContext | None,
) -> Look:
    everyone = candidates.everyone()
    count = len(everyone)
    if context is None or count == 1:  # a plan has no use for columns of costs, so there may be none
        return Look("certain" if context is not None else "plan", 1.0, count, {})
    few, costs = _best_few(candidates, *strategy.weighed(task, everyone, context), seat)
    # What is probed stands so far ahead that it would not be a cost.
    probed = costs[0] < _PROBED
    seconds = [0.0 if cost < _PROBED else exp(min(cost, 50.0)) for cost in costs]
    scores = _shown(few, seconds, seat, highest=False)
    if probed:
        return Look("probe", None, count, scores)
    draws = strategy.draws(task, few)
    if all(reach == 0.0 for _, reach in draws) and len(few) == 1:
        return Look("certain", 1.0, count, scores)
    centres = [cost - moved for cost, (moved, _) in zip(costs, draws, strict=True)]
    return Look("drawn", _share(centres, [reach for _, reach in draws]), count, scores)


def _best_few(candidates: Candidates, field: Field, costs: Any, seat: int) -> tuple[Field, list[float]]:
    """Return the chosen worker and those with room that cost least beside it, with their costs."""
    seats = field.listed()
    own = float(costs[seats.index(seat)]) if seat in seats else 0.0
    places: list[int] = (
        np.argpartition(costs, _WEIGHED)[:_WEIGHED].tolist() if len(seats) > FEW else list(range(len(seats)))
    )
    near = own + _FAR
    beside = ((float(costs[place]), seats[place]) for place in places if seats[place] != seat)
    ranked = sorted(each for each in beside if each[0] <= near)
    kept = [
        (cost, other) for cost, other in ranked[: _WEIGHED - 1] if not field.unchecked or candidates.may_take(other)
    ]
    return Field(field.pool, [seat, *(other for _, other in kept)]), [own, *(cost for cost, _ in kept)]


def _share(centres: list[float], reaches: list[float]) -> float:
    """Return how often the first is chosen when doubts are drawn: alone the best, or in turn with those near it.

    Against each other by itself that is a normal difference. Pairs are put together by their odds, as if choices
    followed Luce's axiom ("Individual choice behavior", 1959): exact for two workers, and for any number of alike ones.
    """
    against = 0.0
    for centre, reach in zip(centres[1:], reaches[1:], strict=True):
        ahead, spread = centre - centres[0], sqrt(reaches[0] ** 2 + reach**2)
        wins = 0.5 * (_below(ahead - BAND, spread) + _below(ahead + BAND, spread))
        against += (1.0 - wins) / max(wins, _LEAST)
    return max(_LEAST, 1.0 / (1.0 + against))


def _below(value: float, spread: float) -> float:
    """Return the probability that a normal quantity around 0 is below a value."""
    if spread <= 0.0:
        return 0.5 if value == 0.0 else float(value > 0.0)
    return 0.5 * (1.0 + erf(value / spread / _ROOT_OF_TWO))


def _shown(field: Field, values: Any, seat: int, *, highest: bool) -> dict[str, float]:
    """Return the scores of the best few and of the chosen one, best first."""
    seats = field.listed()
    order = sorted(range(len(seats)), key=lambda place: -values[place] if highest else values[place])
    chosen = seats.index(seat) if seat in seats else None
    kept = order[:SHOWN]
    if chosen is not None and chosen not in kept:
        kept[-1] = chosen
    return {field.pool.at(seats[place]).id: float(f"{values[place]:.4g}") for place in kept}
