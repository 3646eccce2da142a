"""Picks that have had no outcome yet, and which of them an outcome belongs to."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apportion.model.task import TaskRequirements

_NEAR = 0.25
"""Share of its duration by which an attempt may seem to have begun at another time than it was placed."""


class Pick(NamedTuple):
    """One task given to one worker.

    Attributes:
        task: its requirements.
        voters: the strategies that wanted this worker; None where they were not asked.
        at: Unix seconds at which it was given.
        load: the worker's utilisation before.
    """

    task: TaskRequirements
    voters: tuple[str, ...] | None
    at: float
    load: float

    def load_of(self, began: float, duration: float) -> float | None:
        """Return the load under which an attempt began, or None where this is hardly its pick.

        Durations by another clock than the balancer's are not matched: they would invent an effect of load.
        """
        return self.load if abs(self.at - began) <= _NEAR * duration else None


def place_of(
    picks: Sequence[Pick], task_type: str | None, task: TaskRequirements | None, began: float | None
) -> int | None:
    """Return the place of the pick that an outcome belongs to, or None.

    Those of this very task, else of an equal one, else the oldest; without a task, those of the type (types that share
    an entry share its picks). Among several, the one that was placed nearest to when the attempt began, else the
    oldest: first in, first out would take short tasks for those that were placed before longer ones.
    """
    if len(picks) == 1 and picks[0].task is task:
        return 0
    if task is None:
        alike = [place for place, pick in enumerate(picks) if pick.task.task_type == task_type]
    else:
        place = next((place for place in _nearest_first(picks, began) if picks[place].task is task), None)
        if place is not None:
            return place
        alike = [place for place, pick in enumerate(picks) if pick.task == task] or [*range(len(picks[:1]))]
    if len(alike) < 2 or began is None:
        return alike[0] if alike else None
    return min(alike, key=lambda place: abs(picks[place].at - began))


def _nearest_first(picks: Sequence[Pick], began: float | None) -> Iterator[int]:
    """Yield the places of all picks, first of the one that was placed nearest to a moment; without one, the oldest.

    A worker may have hundreds open, and the one that is looked for lies most often at the beginning of this walk.
    """
    if began is None:
        yield from range(len(picks))
        return
    after = bisect_left(picks, began, key=_placed_at)
    before = after - 1
    while before >= 0 or after < len(picks):
        if after == len(picks) or (before >= 0 and began - picks[before].at <= picks[after].at - began):
            yield before
            before -= 1
        else:
            yield after
            after += 1


def _placed_at(pick: Pick) -> float:
    return pick.at
