"""A model of durations and outcomes: how long each worker takes at each type, and how often it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apportion.simulation.replaying.record import Decision

Vector = NDArray[np.float64]
Table = NDArray[np.float64]
Places = NDArray[np.int64]

_PULL = 2.0
"""Outcomes that a worker's mean over all types, or a type's failure rate, counts as beside those of the pair itself."""

_MOST_FAILING = 0.98

CLIP = 10.0
"""No outcome counts for more than this many: a bounded bias for a bounded variance (Ionides, "Truncated importance
sampling", J. Comput. Graph. Stat. 17, 2008)."""


@dataclass(frozen=True)
class Outcomes:
    """What the record knows, as columns: one entry for each attempt that says something.

    Attributes:
        worker, kind: places in ``workers`` and ``kinds``.
        duration: seconds.
        success: 1 or 0.
        weight: how much it counts in the model: 1 / the probability of the pick, clipped; 1 where that is not known. So
            tasks that a worker is hardly ever given, count for all their like (inverse probability weighting; Horvitz
            and Thompson, J. Am. Stat. Assoc. 47, 1952).
        workers, kinds: ids of workers, and types of tasks.
    """

    worker: Places
    kind: Places
    duration: Vector
    success: Vector
    weight: Vector
    workers: Sequence[str]
    kinds: Sequence[str]

    def chosen(self, places: Places) -> Outcomes:
        """Return some of them; one may be there several times."""
        return Outcomes(
            self.worker[places],
            self.kind[places],
            self.duration[places],
            self.success[places],
            self.weight[places],
            self.workers,
            self.kinds,
        )

    def counts(self) -> Table:
        """Return how many there are of each worker at each type."""
        return self.sums(np.ones(len(self.worker)))

    def sums(self, values: Vector) -> Table:
        """Return the sums of values by worker and type."""
        shape = (len(self.workers), len(self.kinds))
        pair = self.worker * shape[1] + self.kind
        summed: Table = np.bincount(pair, values, shape[0] * shape[1]).astype(np.float64).reshape(shape)
        return summed


def outcomes_of(decisions: Sequence[Decision], workers: Sequence[str]) -> Outcomes:
    """Return the outcomes that say something."""
    kinds = sorted({decision.task_type for decision in decisions})
    worker_at = {id: place for place, id in enumerate(workers)}
    kind_at = {name: place for place, name in enumerate(kinds)}
    told = [decision for decision in decisions if decision.timed]
    return Outcomes(
        np.array([worker_at[decision.worker] for decision in told], dtype=np.int64),
        np.array([kind_at[decision.task_type] for decision in told], dtype=np.int64),
        np.array([decision.duration or 0.0 for decision in told], dtype=np.float64),
        np.array([decision.outcome == "succeeded" for decision in told], dtype=np.float64),
        np.minimum(CLIP, 1.0 / np.array([decision.probability or 1.0 for decision in told], dtype=np.float64)),
        workers,
        kinds,
    )


@dataclass(frozen=True)
class Model:
    """What is expected of each worker at each type.

    Attributes:
        effect: mean logarithm of the duration of a success, less the type's.
        base: the type's mean logarithm.
        smear: factor from the median of a duration to its mean (Duan, "Smearing estimate", J. Am. Stat. Assoc. 78,
            1983).
        failing: probability that an attempt fails.
        failure_time: seconds of a failed attempt, as a multiple of a success.
    """

    effect: Table
    base: Vector
    smear: float
    failing: Table
    failure_time: float

    @property
    def seconds(self) -> Table:
        """Expected seconds of a success."""
        mean: Table = np.exp(self.base + self.effect) * self.smear
        return mean

    @property
    def cost(self) -> Table:
        """Expected seconds to a success, if an attempt that fails is repeated there until it succeeds."""
        odds = self.failing / (1.0 - self.failing)
        cost: Table = self.seconds * (1.0 + odds * self.failure_time)
        return cost


def fitted(outcomes: Outcomes) -> Model:
    """Return the model of outcomes.

    A pair of worker and type is believed as far as it was seen; for the rest its worker's mean over all types stands
    in, and where that is unknown too, the type's.
    """
    logs = np.log(outcomes.duration)
    success, weight = outcomes.success, outcomes.weight
    won, tried = outcomes.sums(weight * success), outcomes.sums(weight)
    sums = outcomes.sums(logs * weight * success)
    # As many equally weighted outcomes would say as much (Kish, "Survey sampling", 1965).
    real = tried**2 / np.maximum(outcomes.sums(weight**2), 1e-12)
    share = np.where(tried > 0, real / np.maximum(tried, 1e-12), 0.0)
    done = won * share
    by_kind = won.sum(axis=0)
    overall = float(sums.sum() / won.sum()) if won.sum() else float(logs.mean())
    base = np.where(by_kind > 0, sums.sum(axis=0) / np.maximum(by_kind, 1e-12), overall)
    above = (sums - won * base) * share
    worker = above.sum(axis=1) / (done.sum(axis=1) + _PULL)
    effect = (above + _PULL * worker[:, None]) / (done + _PULL)
    failed = (tried - won) * share
    rate = failed.sum(axis=0) / np.maximum(real.sum(axis=0), 1e-12)
    failing = np.minimum(_MOST_FAILING, (failed + _PULL * rate) / (real + _PULL))
    residual = np.exp(logs - _at(base + effect, outcomes))
    smear = _weighted(residual, weight * success, 1.0)
    failure_time = _weighted(residual, weight * (1.0 - success), smear) / smear
    return Model(effect, base, smear, failing, max(1e-3, failure_time))


def _weighted(values: Vector, weight: Vector, otherwise: float) -> float:
    total = float(weight.sum())
    return float((values * weight).sum()) / total if total > 0 else otherwise


def _at(table: Table, outcomes: Outcomes) -> Vector:
    values: Vector = table[outcomes.worker, outcomes.kind]
    return values
