"""What a store still knows of the time before the service started: read off the record of decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from apportion.model.task_record import Task
from apportion.ports import TaskStore
from apportion.runtime.weight_history import Weighed, WeightHistory
from apportion.service.overview.bucket import Bucket, size_of
from apportion.wire.overview import DecisionView

READ = 5000
"""Lines that are read, the newest: a start should not wait for more."""


@dataclass(slots=True)
class Past:
    """What is known.

    Attributes:
        decisions: oldest first.
        buckets: what happened by time, oldest first. How many tasks waited then, nobody wrote down.
        weights: how the adaptive strategy weighed the others.
    """

    decisions: list[DecisionView] = field(default_factory=list[DecisionView])
    buckets: list[Bucket] = field(default_factory=list[Bucket])
    weights: list[Weighed] = field(default_factory=list[Weighed])


def past_of(store: TaskStore, step: int) -> Past:
    """Return what a store knows; ``step``: seconds of a bucket."""
    lines = [line for line in last_lines(store, READ) if line.get("kind") == "decision"]
    running = (_running(task) for task in store.assigned() if task.decision is not None)
    decisions = sorted(chain(map(_view, lines), running), key=lambda each: each.at)
    return Past(decisions, _buckets(lines, decisions, step), _weights(decisions))


def last_lines(store: TaskStore, most: int) -> Iterator[dict[str, Any]]:
    """Return the newest lines of the record, oldest first.

    Their numbers ascend, and only the oldest are ever deleted: so the last one is found by longer and longer steps.
    """
    last = 0
    while store.notes(1, last):
        reach = 1
        while store.notes(1, last + 2 * reach):
            reach *= 2
        last += reach
    return (line for _, line in store.notes(most, max(0, last - most)))


def _view(line: dict[str, Any]) -> DecisionView:
    return DecisionView(
        at=line["decided_at"],
        task_id=line["task"],
        task_type=line["task_type"],
        tenant=line.get("tenant", "default"),
        attempt=line["attempt"],
        worker_id=line["worker"],
        waited=max(0.0, line["decided_at"] - line["queued_at"]),
        decision=line["decision"],
    )


def _running(task: Task) -> DecisionView:
    at, worker = task.assigned_at or task.queued_at, task.assigned_worker or ""
    waited = max(0.0, at - task.queued_at)
    return DecisionView(at, task.id, task.task_type, task.tenant, task.attempt, worker, waited, task.decision)


def _buckets(lines: list[dict[str, Any]], decisions: list[DecisionView], step: int) -> list[Bucket]:
    found: dict[int, Bucket] = {}

    def bucket(at: float) -> Bucket:
        number = int(at // step)
        return found.setdefault(number, Bucket(number, None, None))

    for each in decisions:
        started = bucket(each.at)
        started.counts["started"] += 1
        started.waits[size_of(each.waited)] += 1
    for line in lines:
        if line["attempt"] == 1:
            bucket(line["at"]).counts["submitted"] += 1
        name = line["state"] if line["state"] in {"succeeded", "failed", "cancelled"} else "repeated"
        bucket(line["ended_at"]).counts[name] += 1
    return [found[number] for number in sorted(found)]


def _weights(decisions: list[DecisionView]) -> list[Weighed]:
    history = WeightHistory()
    for each in decisions:
        decision = each.decision or {}
        name = decision.get("strategy", "")
        if "weights" in decision and history.due(each.at, name):
            history.note(each.at, name, decision["weights"])
    return history.points
