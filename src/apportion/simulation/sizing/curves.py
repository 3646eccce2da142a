"""A target's figure around the answer: what one kind more or less would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

from apportion.simulation.sizing.search import Answer
from apportion.simulation.sizing.target import Target
from apportion.simulation.sizing.trials import Trials

_AROUND = (-3, -2, -1, 0, 1, 2, 4)


@dataclass(frozen=True)
class Point:
    """So many workers of the kind.

    Attributes:
        count: how many.
        values: the figure on each seed on which it is a number.
    """

    count: int
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median over the seeds."""
        return median(self.values)


@dataclass(frozen=True)
class Curve:
    """A figure by the number of workers of one kind; the others are as in the answer.

    Attributes:
        target: whose figure.
        worker: the kind.
        answer: how many of them the answer has.
        points: by count.
    """

    target: Target
    worker: str
    answer: int
    points: tuple[Point, ...]


def curves_of(answer: Answer, trials: Trials, seeds: Sequence[int]) -> list[list[Curve]]:
    """Return for each target a curve for each kind of worker, from a few more simulations.

    An answer without a fleet has none.
    """
    if answer.fleet is None:
        return []
    fleet = tuple(answer.fleet.values())
    step = max(1, sum(fleet) // 16)
    found: list[list[Curve]] = [[] for _ in answer.targets]
    for place, (worker, count) in enumerate(answer.fleet.items()):
        counts = sorted({max(0, count + around * step) for around in _AROUND})
        others = sum(fleet) - count
        tried = {each: (*fleet[:place], each, *fleet[place + 1 :]) for each in counts if each + others > 0}
        runs = {each: [trials.trial(other, seed) for seed in seeds] for each, other in tried.items()}
        for number, target in enumerate(answer.targets):
            points = [
                Point(each, values)
                for each, made in runs.items()
                if (values := tuple(trial.values[number] for trial in made if isfinite(trial.values[number])))
            ]
            found[number].append(Curve(target, worker, count, tuple(points)))
    return found
