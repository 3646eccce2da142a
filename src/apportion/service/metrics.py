"""Prometheus metrics: one table, counted from what happened and asked for what is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apportion.events import Fact, TaskRequeued

_OUTCOMES = ("task-queued", "task-assigned", "task-succeeded", "task-failed", "task-cancelled", "task-requeued")


@dataclass(frozen=True, slots=True)
class _Gauge:
    name: str
    help: str
    label: str
    read: Callable[[Any], Iterable[tuple[str, float]]]


GAUGES = (
    _Gauge("apportion_tasks", "Tasks that wait or are held.", "state", lambda now: now.tasks()),
    _Gauge("apportion_workers", "Workers, by status.", "status", lambda now: now.workers()),
    _Gauge("apportion_capacity", "Units of capacity of all workers.", "kind", lambda now: now.capacity()),
    _Gauge("apportion_strategy_weight", "Weights of the adaptive strategy.", "strategy", lambda now: now.weights()),
)
"""What is, read when it is asked for. Labels hold no ids: their values are few."""


class Metrics:
    """Counts facts, and writes them down for Prometheus."""

    def __init__(self) -> None:
        self._facts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._leases_lost = 0

    def note(self, fact: Fact) -> None:
        """Take in what has happened; an observer."""
        self._facts[fact.kind] += 1
        if isinstance(fact, TaskRequeued) and "lease" in fact.reason:
            self._leases_lost += 1

    def text(self, now: Snapshot) -> bytes:
        """Return everything in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(_Reading(list(self._counters()) + [_gauge(each, now) for each in GAUGES]))
        return generate_latest(registry)

    def _counters(self) -> Iterator[Metric]:
        events = CounterMetricFamily("apportion_events", "What happened to tasks and workers.", labels=["kind"])
        for kind in sorted({*self._facts, *_OUTCOMES}):
            events.add_metric([kind], self._facts[kind])
        yield events
        refused = CounterMetricFamily("apportion_refusals", "Requests that were refused.", labels=["status"])
        for status, count in sorted(self.refused.items()):
            refused.add_metric([status], count)
        yield refused
        yield CounterMetricFamily("apportion_leases_lost", "Leases that were not renewed.", value=self._leases_lost)


class Snapshot:
    """What is, at one moment."""

    def __init__(self, distributor: Any) -> None:
        self._distributor = distributor
        self._workers = distributor.shown_workers()

    def tasks(self) -> list[tuple[str, float]]:
        """Return how many tasks wait and are held."""
        queued, held = self._distributor.waiting_and_held()
        return [("queued", queued), ("assigned", held)]

    def workers(self) -> list[tuple[str, float]]:
        """Return how many workers have which status."""
        return list(Counter(worker.status.value for worker in self._workers).items())

    def capacity(self) -> list[tuple[str, float]]:
        """Return the capacity of all workers, and how much of it is taken."""
        total = sum(worker.max_capacity for worker in self._workers)
        return [("total", total), ("used", sum(worker.current_load for worker in self._workers))]

    def weights(self) -> list[tuple[str, float]]:
        """Return the weights of the adaptive strategy."""
        adaptive = self._distributor.balancer.adaptive
        return [] if adaptive is None else list(adaptive.get_weights().items())


class _Reading(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _gauge(gauge: _Gauge, now: Snapshot) -> Metric:
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=[gauge.label])
    for label, value in gauge.read(now):
        family.add_metric([label], value)
    return family
