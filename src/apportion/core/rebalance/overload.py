"""Who has too much, and who could help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import heapify, heapreplace

from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.worker import WorkerInfo, WorkerStatus

_TAKE_NOTHING = (WorkerStatus.OFFLINE, WorkerStatus.DRAINING, WorkerStatus.OVERLOADED)


def detect_overload(workers: Sequence[WorkerInfo], load_threshold: float) -> list[RebalanceRecommendation]:
    """Return one recommendation for each overloaded worker, most severe first.

    Overloaded is who says so (status) or is above the threshold; who is offline neither needs nor gives help. The one
    to help is below the threshold, takes new tasks and shares capabilities; the least utilised helps first, and nobody
    a second time as long as another could. ``to_worker`` is None where nobody could: more workers are needed.

    Args:
        workers: as they are now.
        load_threshold: utilisation above which a worker is overloaded, 0..1.
    """
    helpers = Helpers(workers, load_threshold)
    sources = [worker for worker in workers if is_overloaded(worker, load_threshold)]
    sources.sort(key=lambda worker: -worker.utilization)
    return [_recommendation(worker, helpers.next_for(worker), load_threshold) for worker in sources]


def is_overloaded(worker: WorkerInfo, load_threshold: float) -> bool:
    """Return whether the worker says that it has too much, or is above the threshold; never of one that is offline."""
    if worker.status is WorkerStatus.OFFLINE:
        return False
    return worker.status is WorkerStatus.OVERLOADED or worker.utilization > load_threshold


def urgency(utilization: float) -> int:
    """Return how urgent it is to relieve a worker: 0..10, ten times its utilisation."""
    return min(10, round(10 * utilization))


class Helpers:
    """Those below the threshold who take new tasks, handed out evenly, the least utilised first.

    Args:
        workers: everyone.
        load_threshold: utilisation at which nobody helps any more.
    """

    def __init__(self, workers: Sequence[WorkerInfo], load_threshold: float) -> None:
        self._able = [
            worker for worker in workers if worker.status not in _TAKE_NOTHING and worker.utilization < load_threshold
        ]
        self._turns: Counter[int] = Counter()
        self._queues: dict[frozenset[str], list[tuple[int, float, int]]] = {}

    def next_for(self, source: WorkerInfo) -> WorkerInfo | None:
        """Return who should help next, and count it as a turn; None: nobody shares the source's capabilities."""
        queue = self._queue(source.capabilities)
        if not queue:
            return None
        while True:
            turns, utilization, seat = queue[0]
            given = self._turns[seat]
            if turns == given:
                self._turns[seat] += 1
                return self._able[seat]
            # It was given turns since, here or for other capabilities, and takes its new place in the row.
            heapreplace(queue, (given, utilization, seat))

    def _queue(self, capabilities: frozenset[str]) -> list[tuple[int, float, int]]:
        """Return who could help, as a heap of (turns so far, utilisation, order)."""
        queue = self._queues.get(capabilities)
        if queue is None:
            queue = self._queues[capabilities] = [
                (self._turns[seat], worker.utilization, seat)
                for seat, worker in enumerate(self._able)
                if shares(capabilities, worker.capabilities)
            ]
            heapify(queue)
        return queue


def shares(needed: frozenset[str], offered: frozenset[str]) -> bool:
    """Return whether one could do some of the other's work: a worker without capabilities holds what anybody can do."""
    return not needed or not needed.isdisjoint(offered)


def _recommendation(source: WorkerInfo, helper: WorkerInfo | None, load_threshold: float) -> RebalanceRecommendation:
    said = "" if source.utilization > load_threshold else ", by its own status"
    holds = f"{source.current_load:g} of {source.max_capacity:g}"
    load = f"{source.id} is overloaded at {source.utilization:.0%} ({holds}){said}"
    if helper is None:
        reason = f"{load}; nobody below {load_threshold:.0%} shares its capabilities: add workers"
    else:
        reason = f"{load}; {helper.id} is at {helper.utilization:.0%}"
    to_worker = None if helper is None else helper.id
    return RebalanceRecommendation(reason, source.id, to_worker, None, urgency(source.utilization))
