"""``draining``: the worker finishes what it holds and takes nothing new."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus


def allows(_task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker still takes new tasks."""
    return worker.status is not WorkerStatus.DRAINING


def lacking(_task: TaskRequirements, _worker: WorkerInfo) -> str:
    """Say so."""
    return "the worker is draining: it finishes what it holds and takes nothing new"


DRAINING = Rule("draining", allows, lacking)
