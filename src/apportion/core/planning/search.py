"""The largest number of tasks that fit, by trying: for the few tasks for which that is quick.

To place as many tasks of unequal sizes as possible is hard in general (it holds bin packing), so for many tasks the
plan is a good one and not proven to be the largest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apportion.core.planning.draft import NOBODY, Draft
from apportion.core.planning.preference import Vector

MOST_TASKS = 12
MOST_STEPS = 5_000
"""Steps of the search, some 15 ms; when they are used up, the best plan so far stands."""


ROUNDING = 1e-9
"""Sums of sizes differ in their last bits by the order of summing; a bound must not be too low for that."""


def search(draft: Draft, load: Vector) -> list[int] | None:
    """Return places for more tasks than the draft holds, or None where there are none, or too many tasks to try.

    Args:
        draft: the plan so far.
        load: units that each worker holds before it.
    """
    tasks = [task for task, demand in enumerate(draft.demands) if demand.allowed.any()]
    placed = sum(place != NOBODY for place in draft.places)
    if len(tasks) > MOST_TASKS or placed >= len(tasks):
        return None
    attempt = _Attempt(draft, load, tasks, placed)
    attempt.go_on(0, 0)
    return attempt.best


class _Attempt:
    """Depth first, smaller tasks first, cut off where what is left cannot beat the best so far."""

    def __init__(self, draft: Draft, load: Vector, tasks: Sequence[int], beat: int) -> None:
        self.best: list[int] | None = None
        self._beat = beat
        self._tasks = sorted(tasks, key=lambda task: draft.demands[task].complexity)
        self._sizes = [draft.demands[task].complexity for task in self._tasks]
        # Workers in the order in which the task likes them, so that the first plan found is a liked one.
        self._liked = [_liked_first(draft, task) for task in self._tasks]
        self._load: list[float] = load.tolist()
        self._capacity: list[float] = draft.board.capacity.tolist()
        self._alike = [column.tobytes() for column in np.array([draft.demands[task].allowed for task in self._tasks]).T]
        self._free = sum(max(0.0, room) for room in (draft.board.capacity - load).tolist())
        self._places = [NOBODY] * len(draft.demands)
        self._steps = MOST_STEPS

    def go_on(self, depth: int, placed: int) -> None:
        """Try all places of the task at ``depth`` in turn, and none at last."""
        self._steps -= 1
        if placed > self._beat:
            self._beat, self.best = placed, list(self._places)
        if self._steps <= 0 or placed + self._most_more(depth) <= self._beat:
            return
        task, size = self._tasks[depth], self._sizes[depth]
        tried: set[tuple[float, float, bytes]] = set()
        for worker in self._liked[depth]:
            before = self._load[worker]
            state = (before, self._capacity[worker], self._alike[worker])
            if before + size <= self._capacity[worker] and state not in tried:
                tried.add(state)
                self._load[worker], self._places[task] = before + size, worker
                self._free -= size
                self.go_on(depth + 1, placed + 1)
                self._free += size
                self._load[worker], self._places[task] = before, NOBODY
        self.go_on(depth + 1, placed)

    def _most_more(self, depth: int) -> int:
        """Return how many of the tasks from ``depth`` on would fit if all free capacity were one worker's."""
        left = self._free * (1 + ROUNDING)
        for number, size in enumerate(self._sizes[depth:]):
            left -= size
            if left < 0:
                return number
        return len(self._sizes) - depth


def _liked_first(draft: Draft, task: int) -> list[int]:
    demand = draft.demands[task]
    able = [worker for worker, allowed in enumerate(demand.allowed.tolist()) if allowed]
    return sorted(able, key=lambda worker: -float(demand.value[worker]))
