"""Counters and histograms in memory, with few series however many names come by."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from apportion.metrics.metric import Metric

MOST_VALUES = 100
"""Values that a label may have; task types are made up by clients, and each series costs memory for good."""

OTHER = "(other)"
"""Stands for every value above that number. Parentheses: no valid name is mistaken for it by accident."""

Labels = tuple[str, ...]


@dataclass(slots=True)
class Histogram:
    """Observations by size.

    Attributes:
        counts: how many fell into each bucket; the last holds those above all bounds.
        total: the sum of all.
    """

    counts: list[int]
    total: float = 0.0


@dataclass(slots=True)
class Meter:
    """What was counted since the start.

    Attributes:
        counters: by metric and labels.
        histograms: by metric and labels.
    """

    counters: dict[Metric, dict[Labels, float]] = field(default_factory=lambda: defaultdict(dict))
    histograms: dict[Metric, dict[Labels, Histogram]] = field(default_factory=lambda: defaultdict(dict))
    _known: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, metric: Metric, *labels: str, amount: float = 1.0) -> None:
        """Let a counter grow."""
        series = self.counters[metric]
        if labels not in series:
            labels = self._bounded(metric, labels)
        series[labels] = series.get(labels, 0.0) + amount

    def observe(self, metric: Metric, value: float, *labels: str, times: int = 1) -> None:
        """Count an observation, or several of the same size."""
        series = self.histograms[metric]
        histogram = series.get(labels)
        if histogram is None:
            labels = self._bounded(metric, labels)
            histogram = series.get(labels)
            if histogram is None:
                histogram = series[labels] = Histogram([0] * (len(metric.buckets) + 1))
        histogram.counts[bisect_left(metric.buckets, value)] += times
        histogram.total += value * times

    def label(self, metric: Metric, place: int, value: str) -> str:
        """Return a label's value, or `OTHER` once there are too many different ones."""
        known = self._known[metric.labels[place], place]
        if value in known:
            return value
        if len(known) >= MOST_VALUES:
            return OTHER
        known.add(value)
        return value

    def _bounded(self, metric: Metric, labels: Labels) -> Labels:
        return tuple(self.label(metric, place, value) for place, value in enumerate(labels))

    def series(self, metric: Metric) -> Iterator[tuple[Labels, float]]:
        """Return a counter's series."""
        yield from sorted(self.counters[metric].items())
