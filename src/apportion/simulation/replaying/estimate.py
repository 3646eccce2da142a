"""Doubly robust estimates: a model of what each choice costs, corrected by what really came of equal choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apportion.clock import fresh_random
from apportion.model.plain import Plain
from apportion.simulation.replaying.model import CLIP, Outcomes, Places, Vector, fitted
from apportion.simulation.replaying.record import Decision
from apportion.simulation.replaying.walk import Wishes

THIN = 5
"""Outcomes of a worker at a type below which the record says little about them."""

_NOBODY = -1


@dataclass(frozen=True)
class Interval(Plain):
    """An estimate, and the interval that holds it with 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Work(Plain):
    """What a strategy's choices would have cost, each at its own moment.

    Attributes:
        seconds: mean seconds from a start to a success.
        agreement: share of the decisions at which it would have chosen the same worker.
        thin: share of the decisions at which it would have chosen a worker of which the record knows fewer than `THIN`
            outcomes at that type.
        corrected: share of the decisions whose outcomes correct the model: chosen alike, with a known probability.
        effective: as how many equally weighted decisions these count.
    """

    seconds: Interval
    agreement: float
    thin: float
    corrected: float
    effective: float


@dataclass(frozen=True)
class _Columns:
    """The decisions that say something, beside their outcomes.

    Attributes:
        wish: place of the worker that the strategy wanted; -1: nobody.
        weight: 1 / probability where it wanted the chosen worker and the probability is known, clipped; else 0.
    """

    wish: Places
    weight: Vector


def work_of(decisions: Sequence[Decision], outcomes: Outcomes, wishes: Wishes, resamples: int, seed: int) -> Work:
    """Return the doubly robust estimate of what a strategy's choices would have cost.

    For each decision: what the model expects of the worker that the strategy wanted; and where that is the one that was
    chosen, the error that the model made there, divided by the probability of the pick. If either the model or the
    probabilities are right, so is the mean (Dudík, Langford and Li, "Doubly robust policy evaluation and learning",
    ICML 2011, equation 2). A failed attempt cost its time and what is then expected again. The interval is the
    bootstrap's: decisions are drawn anew, and the model is fitted to them.

    Args:
        decisions: all of the record.
        outcomes: of those that say something, in the same order.
        wishes: whom the strategy wanted.
        resamples: draws of the bootstrap.
        seed: of these draws.
    """
    columns = _columns(decisions, outcomes, wishes)
    every = np.arange(len(outcomes.worker))
    rng = np.random.default_rng(fresh_random(seed).getrandbits(64))
    draws = [_mean(outcomes, columns, rng.choice(every, len(every))) for _ in range(resamples)]
    value = _mean(outcomes, columns, every)
    low, high = np.percentile(draws, [2.5, 97.5])
    same = columns.wish == outcomes.worker
    known = outcomes.counts()[columns.wish, outcomes.kind]
    weighed = columns.weight[columns.weight > 0]
    return Work(
        seconds=Interval(value, float(low), float(high)),
        agreement=float(same.mean()),
        thin=float(((known < THIN) | (columns.wish == _NOBODY)).mean()),
        corrected=float((columns.weight > 0).mean()),
        effective=float(weighed.sum() ** 2 / (weighed**2).sum()) if len(weighed) else 0.0,
    )


def _columns(decisions: Sequence[Decision], outcomes: Outcomes, wishes: Wishes) -> _Columns:
    place = {id: number for number, id in enumerate(outcomes.workers)}
    told = [number for number, decision in enumerate(decisions) if decision.timed]
    wish = np.array([place.get(wishes.workers[number] or "", _NOBODY) for number in told], dtype=np.int64)
    chance = np.array([decisions[number].probability or np.inf for number in told], dtype=np.float64)
    weight = np.where(wish == outcomes.worker, np.minimum(CLIP, 1.0 / chance), 0.0)
    return _Columns(wish, weight)


def _mean(outcomes: Outcomes, columns: _Columns, places: Places) -> float:
    """Return the estimate from some of the decisions, with a model that was fitted to them."""
    drawn = outcomes.chosen(places)
    cost = fitted(drawn).cost
    wish, weight = columns.wish[places], columns.weight[places]
    live = cost[drawn.worker, drawn.kind]
    # Who would have chosen nobody is taken to have chosen as was chosen: the task had to go somewhere.
    expected = np.where(wish == _NOBODY, live, cost[wish, drawn.kind])
    came = drawn.duration + np.where(drawn.success > 0, 0.0, live)
    return float((expected + weight * (came - live)).mean())
