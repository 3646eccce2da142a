"""Series for charts: few enough points to be drawn, whatever the length of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from apportion.model.plain import Plain
from apportion.simulation.figures.count import Columns, Numbers
from apportion.simulation.world.world import World

BINS = 60

LEVELS = (*range(100), *(99 + tenth / 10 for tenth in range(1, 10)), 100)
"""The quantiles that are kept, in per cent: finer where it hurts."""


@dataclass(frozen=True)
class Series(Plain):
    """What the charts of one run show.

    Attributes:
        waits, slowdowns: quantiles at `LEVELS`.
        times: middles of equal spans of the run, in seconds.
        load: worker -> busy share of its nominal slots in each span.
        shares: worker -> share of the tasks that were placed in each span.
        weight_times: when the adaptive weights were sampled.
        weights: strategy -> its weight then.
    """

    waits: tuple[float, ...]
    slowdowns: tuple[float, ...]
    times: tuple[float, ...]
    load: Mapping[str, tuple[float, ...]]
    shares: Mapping[str, tuple[float, ...]]
    weight_times: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]


def series_of(columns: Columns, world: World) -> Series:
    """Return the series of a run."""
    end = max((attempt[4] for attempt in world.ledger.attempts), default=1.0) or 1.0
    edges = np.linspace(0.0, end, BINS + 1)
    samples = world.ledger.weights
    names = samples[0][1] if samples else ()
    return Series(
        waits=_quantiles(columns.wait),
        slowdowns=_quantiles(columns.slowdown),
        times=tuple(((edges[:-1] + edges[1:]) / 2).tolist()),
        load=_load(world, edges),
        shares=_shares(world, edges),
        weight_times=tuple(time for time, _ in samples),
        weights={name: tuple(weights[name] for _, weights in samples) for name in names},
    )


def _quantiles(values: Numbers) -> tuple[float, ...]:
    return tuple(np.percentile(values, LEVELS).tolist()) if len(values) else ()


def _by_worker(world: World) -> Mapping[str, list[tuple[float, float, float]]]:
    """Return (placed, started, ended) of each attempt, by worker."""
    names: Sequence[str] = list(world.workers)
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
    for _, worker, placed, started, ended, _ in world.ledger.attempts:
        found[names[worker]].append((placed, started, ended))
    return found


def _load(world: World, edges: Numbers) -> dict[str, tuple[float, ...]]:
    """Return the busy share of each worker in each span: the growth of the time worked up to each edge."""
    shares: dict[str, tuple[float, ...]] = {}
    for id, attempts in _by_worker(world).items():
        spans = np.array([(started, ended) for _, started, ended in attempts], dtype=np.float64).reshape(-1, 2)
        worked = _worked_until(np.sort(spans[:, 0]), edges) - _worked_until(np.sort(spans[:, 1]), edges)
        slots = world.workers[id].slots or 1.0
        shares[id] = tuple((np.diff(worked) / np.diff(edges) / slots).tolist())
    return shares


def _worked_until(times: Numbers, edges: Numbers) -> Numbers:
    """Return the sum of max(0, edge - time) over all times, for each edge; times ascend."""
    sums = np.concatenate([[0.0], np.cumsum(times)])
    before = np.searchsorted(times, edges)
    worked: Numbers = edges * before - sums[before]
    return worked


def _shares(world: World, edges: Numbers) -> dict[str, tuple[float, ...]]:
    counts = {
        id: np.histogram([placed for placed, _, _ in attempts], edges)[0] for id, attempts in _by_worker(world).items()
    }
    total = np.maximum(1, sum(counts.values(), np.zeros(BINS, dtype=np.int64)))
    return {id: tuple((count / total).tolist()) for id, count in counts.items()}
