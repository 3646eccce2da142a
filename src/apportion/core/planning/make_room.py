"""Room for tasks that found none: others of the same priority move over, so that one more is placed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from apportion.core.planning.draft import NOBODY, Draft

MOST_STEPS = 5_000
"""Moves that are weighed where sizes differ and no chain is sure to be found anyway; some 5 ms."""


class _Step(NamedTuple):
    """``mover`` would take the place at ``worker`` of the task that this step leads to."""

    mover: int
    worker: int


def make_room(draft: Draft) -> None:
    """Place tasks that found no room, smaller ones first, else in the order of the queue, by chains of moves.

    Tasks with wishes are moved only where no other chain helps: to be placed counts more than whom one would rather
    have. Where all tasks have one size, the outcome is the largest number that can be placed (Berge, "Two theorems in
    graph theory", 1957), and a worker that no chain leads out of stays so, and is not searched again. Where sizes
    differ, a smaller task may find a chain where a larger one found none.
    """
    sizes = [demand.complexity for demand in draft.demands]
    smallest = min(sizes)
    wishes = any(demand.wishes is not None for demand in draft.demands)
    for movable in (_wishless(draft), _anyone) if wishes else (_anyone,):
        search = _Search(draft, movable, bounded=smallest < max(sizes))
        for task in sorted(range(len(sizes)), key=sizes.__getitem__):
            waits = draft.places[task] == NOBODY and search.steps > 0
            if waits and (draft.load + smallest <= draft.board.capacity).any():
                search.make_room_for(task)


class _Search:
    """Searches for chains, for one waiting task after the other.

    Attributes:
        steps: how many moves may still be weighed.
    """

    def __init__(self, draft: Draft, movable: Callable[[int], bool], *, bounded: bool) -> None:
        self.steps = MOST_STEPS if bounded else float("inf")
        self._draft = draft
        self._movable = movable
        self._bounded = bounded
        self._hopeless = np.zeros(len(draft.board.workers), dtype=bool)

    def make_room_for(self, task: int) -> None:
        """Search the shortest chain that places the task, and carry it out. Breadth first, each shape once."""
        draft = self._draft
        chain: dict[int, _Step | None] = {task: None}
        waiting = deque([task])
        searched: set[int] = set()
        seen = self._hopeless.copy()
        while waiting:
            mover = waiting.popleft()
            demand = draft.demands[mover]
            if id(demand) in searched:
                continue
            searched.add(id(demand))
            end = draft.best(demand, _passed(mover, chain))
            if end != NOBODY:
                _carry_out(mover, end, chain, draft)
                return
            reachable: list[int] = np.flatnonzero(demand.allowed & ~seen & draft.holding).tolist()
            for worker in reachable:
                found = self._could_leave(worker, mover, chain)
                seen[worker] = bool(found)
                waiting.extend(found)
        if not self._bounded:
            self._hopeless |= seen

    def _could_leave(self, worker: int, mover: int, chain: dict[int, _Step | None]) -> list[int]:
        """Return the worker's tasks whose leaving would make room for ``mover``, and note them in the chain."""
        held = self._draft.held[worker]
        self.steps -= len(held)
        found = [
            other
            for other in held
            if other not in chain and self._movable(other) and _fits_instead(self._draft, mover, other, worker)
        ]
        chain.update(dict.fromkeys(found, _Step(mover, worker)))
        return found


def _passed(mover: int, chain: dict[int, _Step | None]) -> list[int]:
    """Return the workers that the chain passes: what looks like room there is what the chain itself will take."""
    passed: list[int] = []
    step = chain[mover]
    while step is not None:
        passed.append(step.worker)
        step = chain[step.mover]
    return passed


def _carry_out(mover: int, end: int, chain: dict[int, _Step | None], draft: Draft) -> None:
    """Move everyone along the chain, its end first."""
    place = end
    while True:
        step = chain[mover]
        if step is not None:
            draft.take(mover)
        draft.put(mover, place)
        if step is None:
            return
        mover, place = step.mover, step.worker


def _fits_instead(draft: Draft, mover: int, other: int, worker: int) -> bool:
    """Return whether ``mover`` fits into a worker that ``other`` leaves."""
    gained, lost = draft.demands[mover].complexity, draft.demands[other].complexity
    return gained <= lost or bool(draft.load[worker] - lost + gained <= draft.board.capacity[worker])


def _wishless(draft: Draft) -> Callable[[int], bool]:
    return lambda task: draft.demands[task].wishes is None


def _anyone(_task: int) -> bool:
    return True
