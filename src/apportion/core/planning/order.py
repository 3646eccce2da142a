"""In which order tasks of one priority choose their workers."""

from __future__ import annotations

import numpy as np

from apportion.core.planning.draft import Draft
from apportion.core.planning.preference import Vector


def by_regret(draft: Draft) -> list[int]:
    """Return the tasks, those first that would lose most by not getting the worker that they like best.

    A task's regret is the difference between its best and its second best worker with room; for one that has no second,
    the difference to the least that any task could get, so that among tasks with one worker left the one comes first
    that likes it best. (Reinfeld and Vogel, "Mathematical Programming", 1958, for transport problems.)
    Tasks with wishes come before the others and in the order of the queue, so that no task without wishes takes from
    them what they alone want. Equal regrets: the order of the queue.
    """
    regrets = _regrets(draft)
    wishless = [demand.wishes is None for demand in draft.demands]
    return sorted(range(len(wishless)), key=lambda task: (wishless[task], -regrets[task] if wishless[task] else 0.0))


def smallest_first(draft: Draft) -> list[int]:
    """Return the tasks, smaller ones first: into one worker, most fit in that order. Equal sizes: as `by_regret`."""
    return sorted(by_regret(draft), key=lambda task: draft.demands[task].complexity)


def _regrets(draft: Draft) -> Vector:
    """Return each task's regret; 0 for one that nobody can take now."""
    shapes = {id(demand): demand for demand in draft.demands}
    rows = {shape: row for row, shape in enumerate(shapes)}
    liked = np.array([np.where(draft.with_room(demand), demand.value, -np.inf) for demand in shapes.values()])
    best = _strike_best(liked)
    second = _strike_best(liked)
    has_best, has_second = best > -np.inf, second > -np.inf
    if not has_best.any():
        return np.zeros(len(draft.demands))
    floor = min(best[has_best].min() - 1.0, second.min(initial=np.inf, where=has_second))
    regrets = np.where(has_best, best, floor) - np.where(has_second, second, floor)
    each: Vector = regrets[[rows[id(demand)] for demand in draft.demands]]
    return each


def _strike_best(liked: Vector) -> Vector:
    """Return the best value of each row, and strike it out."""
    columns = liked.argmax(axis=1)
    everyone = np.arange(len(liked))
    best: Vector = liked[everyone, columns]
    liked[everyone, columns] = -np.inf
    return best
