"""Finds the tasks that nobody in the fleet could ever take: said before anything runs, not after an hour."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from apportion.batch.batch import Batch
from apportion.batch.problems import Problems
from apportion.core.balancer import LoadBalancer
from apportion.errors import InputFileError, did_you_mean
from apportion.model.explanation import Explanation
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

IMPOSSIBLE = "impossible"


def impossible_tasks(batch: Batch, balancer: LoadBalancer) -> list[InputFileError]:
    """Return a problem for each task that no worker could ever take, naming what is lacking in whom."""
    workers = [worker.info for worker in batch.workers]
    problems = Problems(batch.name)
    answers: dict[Hashable, str | None] = {}
    for line in batch.lines:
        shape = shape_of(line.requirements)
        if shape not in answers:
            answers[shape] = _why_impossible(balancer.explain(line.requirements, workers), workers)
        why = answers[shape]
        if why is not None:
            problems.add(line.line, f"task {line.id!r}: nobody in the fleet could ever take it: {why}")
    return problems.found


def shape_of(task: TaskRequirements) -> Hashable:
    """Return what decides who may take a task; tasks of one shape have the same answer."""
    return task.task_type, task.capabilities, task.complexity, task.anti_affinity, tuple(map(str, task.constraints))


def _why_impossible(explanation: Explanation, workers: Sequence[WorkerInfo]) -> str | None:
    if explanation.outcome != IMPOSSIBLE:
        return None
    reasons = list(_unknown_capabilities(explanation.task, workers))
    nearest = "; ".join(explanation.suggestions[:3])
    if nearest:
        reasons.append(f"nearest: {nearest}")
    return "; ".join(reasons)


def _unknown_capabilities(task: TaskRequirements, workers: Sequence[WorkerInfo]) -> list[str]:
    known = frozenset[str]().union(*(worker.capabilities for worker in workers))
    return [f"no worker has {name!r}{did_you_mean(name, known)}" for name in sorted(task.capabilities - known)]
