"""Exchanges: two tasks of one size swap places, or one that waits takes another's, where that is liked better."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from apportion.core.planning.draft import NOBODY, Draft

LEAST_GAIN = 1e-9
"""Less is a rounding error: a sum of two values is not worth a change for its last bits."""

MOST_TOGETHER = 700
"""Tasks that are weighed against each other: half a million pairs, some 10 ms. More are cut into such groups."""

MOST_PAIRS = 1_000_000
"""Pairs that are weighed in all for one group: it is swept at least twice, and one of a hundred tasks up
to a hundred times, which is more than it ever takes.
"""


def exchange(draft: Draft) -> None:
    """Swap places as long as the sum of what the tasks like grows. Loads stay as they are, and so does who has room.

    Tasks with wishes keep their places. One that waits may replace one that is placed: as many are placed as before.
    """
    by_size: dict[float, list[int]] = {}
    for task, demand in enumerate(draft.demands):
        if demand.wishes is None:
            by_size.setdefault(demand.complexity, []).append(task)
    for tasks in by_size.values():
        partners = _worth_weighing(tasks, draft)
        for start in range(0, len(partners), MOST_TOGETHER):
            group = partners[start : start + MOST_TOGETHER]
            for _ in range(max(2, MOST_PAIRS // len(group) ** 2)):
                if not _sweep(group, draft):
                    break


def _worth_weighing(tasks: Sequence[int], draft: Draft) -> list[int]:
    """Return the tasks that are placed, and of those that wait one of each shape for each that is placed, at most."""
    placed = [task for task in tasks if draft.places[task] != NOBODY]
    room: dict[int, int] = {}
    waiting: list[int] = []
    for task in tasks:
        shape = id(draft.demands[task])
        if draft.places[task] == NOBODY and room.setdefault(shape, len(placed)) and draft.demands[task].allowed.any():
            room[shape] -= 1
            waiting.append(task)
    return placed + waiting if placed else []


def _sweep(tasks: Sequence[int], draft: Draft) -> bool:
    """Carry out the best swaps, each task in one at most; return whether there were any."""
    gain = _gains(tasks, draft)
    partner = gain.argmax(axis=1)
    best = gain[np.arange(len(tasks)), partner]
    promising = np.flatnonzero(best > LEAST_GAIN)
    if not len(promising):
        return False
    swapped: set[int] = set()
    order: list[int] = promising[np.argsort(-best[promising], kind="stable")].tolist()
    for one in order:
        other = int(partner[one])
        if one not in swapped and other not in swapped:
            swapped |= {one, other}
            _swap(tasks[one], tasks[other], draft)
    return True


def _gains(tasks: Sequence[int], draft: Draft) -> NDArray[np.float64]:
    """Return, for each pair, by how much the sum grows if the two swap places. To wait is worth 0 to everyone."""
    places = np.array([draft.places[task] for task in tasks])
    shapes = {id(draft.demands[task]): draft.demands[task] for task in tasks}
    rows = {shape: row for row, shape in enumerate(shapes)}
    at_place = np.array([demand.value for demand in shapes.values()])[:, places]
    at_place[:, places == NOBODY] = 0.0
    at_place = at_place[[rows[id(draft.demands[task])] for task in tasks]]
    now = at_place.diagonal().copy()
    gain: NDArray[np.float64] = at_place + at_place.T
    gain -= now[:, None]
    gain -= now[None, :]
    return gain


def _swap(one: int, other: int, draft: Draft) -> None:
    places = draft.places[one], draft.places[other]
    for task, place in zip((one, other), places, strict=True):
        if place != NOBODY:
            draft.take(task)
    for task, place in zip((other, one), places, strict=True):
        if place != NOBODY:
            draft.put(task, place)
