"""The plan of a dry run: whom each task would go to now, and why."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from apportion.batch.impossible import shape_of
from apportion.batch.task_line import TaskLine
from apportion.core.balancer import LoadBalancer
from apportion.model.explanation import Explanation
from apportion.model.task import QueuedTask
from apportion.model.worker import WorkerInfo


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """What a plan says about one task.

    Attributes:
        id: the task.
        task_type: its type.
        worker: whom it would go to now; None: it waits.
        why: the reason, readable.
        not_before: Unix seconds before which it does not start, where that is still to come.
    """

    id: str
    task_type: str
    worker: str | None
    why: str
    not_before: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def plan(
    lines: Sequence[TaskLine], workers: Sequence[WorkerInfo], balancer: LoadBalancer, now: float
) -> Iterator[PlannedTask]:
    """Yield the tasks in the order in which they would be placed on an idle fleet.

    It is a plan for this moment: what waits is bound to a worker only when one has room for it, and what is delayed
    stands at the end, in the order in which it may start.

    Args:
        lines: the tasks.
        workers: the fleet.
        balancer: who decides.
        now: Unix seconds.
    """
    types = {line.id: line.task_type for line in lines}
    due = {line.id: max(line.not_before or 0.0, now + line.delay) for line in lines}
    queue = [QueuedTask(line.id, line.requirements) for line in lines if due[line.id] <= now]
    present = {worker.id: worker for worker in workers}
    waiting: list[QueuedTask] = []
    for queued in balancer.reorder_queue(queue, workers):
        if queued.assigned_worker is None:
            waiting.append(queued)
            continue
        explanation = balancer.explain(queued.requirements, list(present.values()))
        why = _why_this_worker(explanation, queued.assigned_worker)
        yield PlannedTask(queued.id, types[queued.id], queued.assigned_worker, why)
        taken = present[queued.assigned_worker]
        present[taken.id] = taken.with_load(taken.current_load + queued.requirements.complexity)
    yield from _waiting(waiting, types, list(present.values()), balancer)
    for id in sorted((id for id in due if due[id] > now), key=due.__getitem__):
        yield PlannedTask(id, types[id], None, _why_later(due[id], now), due[id])


def _waiting(
    waiting: Sequence[QueuedTask], types: dict[str, str], workers: Sequence[WorkerInfo], balancer: LoadBalancer
) -> Iterator[PlannedTask]:
    reasons: dict[Hashable, str] = {}
    for queued in waiting:
        shape = shape_of(queued.requirements)
        if shape not in reasons:
            reasons[shape] = _why_waiting(balancer.explain(queued.requirements, workers))
        yield PlannedTask(queued.id, types[queued.id], None, reasons[shape])


def _why_this_worker(explanation: Explanation, worker_id: str) -> str:
    """Say how good the worker is for the task, among how many, and who votes for it."""
    eligible = [scored for scored in explanation.ranking if scored.eligible]
    ids = [scored.worker.id for scored in eligible]
    if worker_id not in ids:
        return "has room for it once the tasks above are placed"
    own = eligible[ids.index(worker_id)]
    votes = [name for name, vote in explanation.votes.items() if vote == worker_id]
    among = (
        "the only one that can take it" if len(ids) == 1 else f"{_place(ids.index(worker_id))} of {len(ids)} that can"
    )
    parts = [f"score {own.score:.2f}, {among}"]
    if len(ids) > 1 and votes:
        parts.append(f"wanted by {', '.join(votes)}")
    elif len(ids) > 1:
        parts.append("so that the tasks as a whole fit better")
    return "; ".join(parts)


def _place(index: int) -> str:
    return ("best", "second best", "third best")[index] if index < 3 else f"number {index + 1}"


def _why_later(due: float, now: float) -> str:
    date = datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"not before {date}, {due - now:.0f} s from now"


def _why_waiting(explanation: Explanation) -> str:
    if explanation.suggestions:
        return explanation.suggestions[0]
    return "takes its turn when a worker is free"
