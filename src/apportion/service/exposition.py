"""Metrics in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from apportion.metrics.meter import Labels, Meter
from apportion.metrics.metric import Metric
from apportion.metrics.table import METRICS

MEDIA_TYPE: Final = "text/plain; version=1.0.0; charset=utf-8"

Readings = Mapping[Metric, Iterable[tuple[Labels, float]]]
"""What gauges show: by metric, a value for each series."""


def exposition(meter: Meter, readings: Readings) -> bytes:
    """Return every metric of the table that has a series."""
    registry = CollectorRegistry()
    registry.register(_Families([_family(metric, meter, readings) for metric in METRICS]))
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families


def _family(metric: Metric, meter: Meter, readings: Readings) -> Family:
    if metric.kind == "counter":
        counter = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
        for labels, value in meter.series(metric):
            counter.add_metric(labels, value)
        return counter
    if metric.kind == "gauge":
        gauge = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
        for labels, value in readings.get(metric, ()):
            gauge.add_metric(labels, value)
        return gauge
    histogram = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds = [*map(str, metric.buckets), "+Inf"]
    for labels, counted in sorted(meter.histograms[metric].items()):
        histogram.add_metric(labels, list(zip(bounds, accumulate(counted.counts), strict=True)), counted.total)
    return histogram
