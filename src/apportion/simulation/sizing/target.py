"""Targets: what a fleet must reach, like ``p95_wait<30``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Final

from apportion.errors import FieldError, did_you_mean
from apportion.simulation.figures.figures import Figures

Measure = Callable[[Figures], float]

_TEXT = re.compile(r"\s*(?P<name>[A-Za-z0-9_]+)\s*(?P<sign><=|>=|<|>)\s*(?P<bound>[-+0-9.eE_]+)\s*")
_SIGNS: Final = {"<": lt, "<=": le, ">": gt, ">=": ge}
_SPREADS: Final = {
    "wait": "seconds from arrival to the first start",
    "flow": "seconds from arrival to success",
    "slowdown": "ratio flow time / service time on the best idle worker",
}
_PARTS: Final = {
    "mean": "mean",
    "p50": "median",
    "p95": "95th percentile",
    "p99": "99th percentile",
    "p999": "99.9th percentile",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that can be a target.

    Attributes:
        measure: reads it from the figures of a run.
        meaning: what it is, with its unit.
        low: whether lower is better.
    """

    measure: Measure
    meaning: str
    low: bool = True


def _spread(what: str, part: str) -> Measure:
    return lambda figures: float(getattr(getattr(figures, what), part))


FIGURES: Final[dict[str, Figure]] = {
    **{
        f"{part}_{what}": Figure(_spread(what, part), f"{words} of the {meaning}")
        for what, meaning in _SPREADS.items()
        for part, words in _PARTS.items()
    },
    "cost": Figure(lambda figures: figures.cost, "mean seconds to success; given up: 30 mean best service times"),
    "in_slo": Figure(lambda figures: figures.in_slo, "share of the tasks that succeeded in time, 0..1", low=False),
    "failed": Figure(lambda figures: figures.failed / max(1, figures.tasks), "share of the tasks given up, 0..1"),
    "makespan": Figure(lambda figures: figures.makespan, "seconds from the first arrival to the last end"),
}
"""All that more workers make better, by name."""


@dataclass(frozen=True)
class Target:
    """A bound on a figure.

    Attributes:
        name: of the figure.
        sign: ``<``, ``<=``, ``>`` or ``>=``.
        bound: the number.
    """

    name: str
    sign: str
    bound: float

    def value(self, figures: Figures) -> float:
        """Return the figure of a run."""
        return FIGURES[self.name].measure(figures)

    def met(self, value: float) -> bool:
        """Return whether a value reaches it; what is not a number does not."""
        return bool(_SIGNS[self.sign](value, self.bound))

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.bound:g}"


def read_target(text: str) -> Target:
    """Return the target that a text says.

    Raises:
        FieldError: it is none; the message names what is wrong and what would be right.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise FieldError("target", f"{text!r} is no target; write a figure, a sign and a number, like p95_wait<30")
    name, sign = found["name"], found["sign"]
    figure = FIGURES.get(name)
    if figure is None:
        raise FieldError("target", f"unknown figure {name!r}{did_you_mean(name, FIGURES)}; known: {', '.join(FIGURES)}")
    try:
        bound = float(found["bound"])
    except ValueError:
        raise FieldError("target", f"{text!r}: {found['bound']!r} is no number") from None
    if figure.low != sign.startswith("<"):
        better, right = ("lower", "<") if figure.low else ("higher", ">")
        raise FieldError("target", f"{text!r}: {name} is better {better}; write {name}{right}{found['bound']}")
    return Target(name, sign, bound)
