"""Tasks of one shape that one worker holds: any of them can be moved as well as any other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from apportion.core.planning.board import Board
from apportion.core.planning.demand import shape_of
from apportion.core.planning.preference import Mask
from apportion.core.rules.custom import CustomRule
from apportion.model.context import BalancingContext
from apportion.model.task import QueuedTask, TaskRequirements


@dataclass(eq=False, slots=True)
class Batch:
    """What a worker holds of one shape.

    Attributes:
        source: the seat of the worker on the board.
        complexity: units that one task costs.
        keyed: whether the tasks have an affinity key, and so stay while the worker is not above the load threshold.
        targets: who may take one when there is room, and is not less preferred than the source.
        ids: the tasks, those first that should move first.
    """

    source: int
    complexity: float
    keyed: bool
    targets: Mask
    ids: list[str]


def batches_of(
    queue: Iterable[QueuedTask], board: Board, context: BalancingContext, rules: Sequence[CustomRule]
) -> list[Batch]:
    """Return the tasks that workers of the board hold, in the order of the queue; each id once, as first met."""
    seats = {worker.id: seat for seat, worker in enumerate(board.workers)}
    targets: dict[Hashable, Mask] = {}
    batches: dict[Hashable, Batch] = {}
    met: set[str] = set()
    for queued in queue:
        source = None if queued.assigned_worker is None else seats.get(queued.assigned_worker)
        if source is None or queued.id in met:
            continue
        met.add(queued.id)
        task = queued.requirements
        shape = shape_of(task)
        if shape not in targets:
            targets[shape] = board.allowed(task, rules)
        batch = batches.get((source, shape))
        if batch is None:
            liked = targets[shape] & _not_less_liked(task, source, board, context)
            batch = Batch(source, task.complexity, task.affinity_key is not None, liked, [])
            batches[source, shape] = batch
        batch.ids.append(queued.id)
    return list(batches.values())


def _not_less_liked(task: TaskRequirements, source: int, board: Board, context: BalancingContext) -> Mask:
    """Return to whom the task's preferences let it go from where it is.

    To nobody that it avoids; and from a worker that its affinity or the rules for its type name, only to another such.
    """
    liked = ~board.among(task.avoid)
    rules = context.affinity_rules.get(task.task_type or "", frozenset[str]())
    for ids in (task.affinity, rules):
        if board.workers[source].id in ids:
            return liked & board.among(ids)
    return liked
