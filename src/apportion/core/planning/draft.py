"""A plan in the making: who would get what, and how loaded everyone would be then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from apportion.core.planning.board import Board
from apportion.core.planning.demand import Demand
from apportion.core.planning.preference import Mask, Vector

NOBODY = -1
"""The place of a task that does not fit now."""


class Draft:
    """Places of the tasks of one priority, by their position in the queue; -1: nobody.

    Args:
        board: the workers.
        demands: what each task demands, in the order of the queue.
        load: units that each worker holds before, by higher priorities too.

    Attributes:
        load: units that each worker holds at this moment of the plan.
        held: worker -> the tasks that the draft gives it.
        holding: who is given any.
    """

    def __init__(self, board: Board, demands: Sequence[Demand], load: Vector) -> None:
        self.board = board
        self.demands = demands
        self.places = [NOBODY] * len(demands)
        self.load = load.copy()
        self.held: dict[int, list[int]] = {}
        self.holding: Mask = np.zeros(len(board.workers), dtype=bool)
        self._fallen = board.crowding * (load - board.load)

    def with_room(self, demand: Demand) -> Mask:
        """Return who may take such a task at this moment of the plan."""
        mask: Mask = self.load + demand.complexity <= self.board.capacity
        return mask & demand.allowed

    def best(self, demand: Demand, but: Sequence[int] = ()) -> int:
        """Return whom such a task would go to now: the most liked of those that its wishes leave; or nobody.

        Args:
            demand: what the task demands.
            but: who is left out of account.
        """
        able = self.with_room(demand)
        able[list(but)] = False
        if demand.wishes is not None and able.any():
            able = demand.wishes.narrow(able, self.load)
        liked = np.where(able, demand.value - self._fallen, -np.inf)
        worker = int(liked.argmax()) if len(liked) else NOBODY
        return worker if worker != NOBODY and able[worker] else NOBODY

    def value(self, task: int, worker: int) -> float:
        """Return how much the task likes a worker as loaded as it is at this moment of the plan."""
        return float(self.demands[task].value[worker] - self._fallen[worker])

    def put(self, task: int, worker: int) -> None:
        """Place a task that is not placed."""
        self.places[task] = worker
        self.held.setdefault(worker, []).append(task)
        self.holding[worker] = True
        self._spend(worker, self.demands[task].complexity)

    def take(self, task: int) -> None:
        """Take a task from its place."""
        worker = self.places[task]
        self.places[task] = NOBODY
        self.held[worker].remove(task)
        self.holding[worker] = bool(self.held[worker])
        self._spend(worker, -self.demands[task].complexity)

    def fill(self, order: Iterable[int]) -> None:
        """Place one task after the other where it is liked best, as long as there is room."""
        for task in order:
            worker = self.best(self.demands[task])
            if worker != NOBODY:
                self.put(task, worker)

    def _spend(self, worker: int, amount: float) -> None:
        self.load[worker] += amount
        self._fallen[worker] += self.board.crowding[worker] * amount


def replayed(draft: Draft, load: Vector) -> Draft:
    """Return the same places, put one by one in the order of the queue.

    Loads add up then as they will for whoever carries the plan out. What does not fit, by a last bit, is left out.
    """
    fresh = Draft(draft.board, draft.demands, load)
    for task, worker in enumerate(draft.places):
        if worker != NOBODY and fresh.with_room(draft.demands[task])[worker]:
            fresh.put(task, worker)
    return fresh


def worth(draft: Draft, load: Vector) -> tuple[int, float]:
    """Return how many tasks are placed, and how much they like their places when carried out in the queue's order."""
    fresh = Draft(draft.board, draft.demands, load)
    placed, total = 0, 0.0
    for task, worker in enumerate(draft.places):
        if worker != NOBODY:
            placed += 1
            total += fresh.value(task, worker)
            fresh.put(task, worker)
    return placed, total
