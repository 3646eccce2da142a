"""Advice on moves: of tasks that wait at a worker, or of work at large where no task is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apportion.core.planning.board import Board
from apportion.core.rebalance.batch import batches_of
from apportion.core.rebalance.moves import Move, best_moves
from apportion.core.rebalance.overload import Helpers, urgency
from apportion.core.rules.custom import CustomRule
from apportion.model.context import BalancingContext
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.task import QueuedTask
from apportion.model.worker import WorkerInfo, WorkerStatus

BALANCED_WITHIN = 0.2
"""Difference in utilisation up to which two workers count as balanced where nothing is known of what they hold."""


def suggest_migration(
    workers: Sequence[WorkerInfo],
    queue: Sequence[QueuedTask],
    context: BalancingContext,
    rules: Sequence[CustomRule] = (),
) -> list[RebalanceRecommendation]:
    """Return moves that even out the utilisation of the online workers, best first; none where they are balanced.

    A worker's load includes the tasks of the queue that name it. Only those are moved, each at most once; tasks that
    nobody holds are for `plan`. Where no task of the queue names anybody, whole workers are named instead.

    The moves are meant to be carried out in this order. None is more urgent than the one before it.

    Args:
        workers: as they are now.
        queue: what waits, here and there.
        context: affinity rules and load threshold.
        rules: the user's own rules of eligibility.
    """
    if all(queued.assigned_worker is None for queued in queue):
        return _between_workers(workers, context.load_threshold)
    board = Board(workers, np.zeros(len(workers)))
    batches = batches_of(queue, board, context, rules)
    advice: list[RebalanceRecommendation] = []
    most = 10
    for move in best_moves(batches, board, context.load_threshold):
        most = min(most, urgency(move.source_utilization))
        advice.append(_advice(move, workers[move.source], workers[move.target], most))
    return advice


def _between_workers(workers: Sequence[WorkerInfo], load_threshold: float) -> list[RebalanceRecommendation]:
    """Return who should give to whom: busier than the average to the least utilised that shares capabilities."""
    online = [worker for worker in workers if worker.status is not WorkerStatus.OFFLINE]
    if not online:
        return []
    mean = sum(worker.utilization for worker in online) / len(online)
    helpers = Helpers(online, min(load_threshold, mean))
    advice: list[RebalanceRecommendation] = []
    for source in sorted(online, key=lambda worker: -worker.utilization):
        if source.utilization <= mean + BALANCED_WITHIN / 2 or not source.current_load:
            continue
        target = helpers.next_for(source)
        if target is not None and source.utilization - target.utilization > BALANCED_WITHIN:
            reason = (
                f"{source.id} is at {source.utilization:.0%} and {target.id} at {target.utilization:.0%}: "
                f"moving work would even them out"
            )
            urgent = urgency(source.utilization)
            advice.append(RebalanceRecommendation(reason, source.id, target.id, None, urgent))
    return advice


def _advice(move: Move, source: WorkerInfo, target: WorkerInfo, priority: int) -> RebalanceRecommendation:
    reason = (
        f"{source.id} is at {move.source_utilization:.0%} and {target.id} at {move.target_utilization:.0%}: "
        f"moving {move.id} ({move.amount:g}) evens them out"
    )
    return RebalanceRecommendation(reason, source.id, target.id, move.id, priority)
