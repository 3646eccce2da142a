"""From what is believed of a worker to the number by which it is compared."""

from __future__ import annotations

from math import exp, log1p
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from apportion.core.learning.arm import Arm
    from apportion.core.learning.belief import Belief

DRAW = 0.5
"""How much of the doubt is acted on: whole posterior draws (Thompson sampling) cost more than they find."""

OPTIMISM = 0.25
"""How much of the doubt speaks for a worker that was never tried, where trying is allowed."""

CAUTION = 1.0
LEAST_CAUTION = 0.5
"""How much of the doubt speaks against it where trying is not allowed, and how much at least."""

PLAUSIBLE = 2.0
"""How many doubts better than is believed a worker may be: who would still not be the best is no early trial worth."""

FREE_PICKS = 2
_PROBE = 1e3
_NOTED = 0.05


class Cost(NamedTuple):
    """Logarithms of the expected time to a success, lowest best.

    Attributes:
        drawn: with a draw of the doubt, for choices that may explore.
        settled: as it is believed, for choices that may not.
    """

    drawn: float
    settled: float

    def plus(self, more: float) -> Cost:
        """Return both with something added."""
        return Cost(self.drawn + more, self.settled + more)


def cost_of(belief: Belief, arm: Arm | None) -> Cost:
    """Return what a worker costs, by what is believed of it and by how its arm stands."""
    believed = belief.log_cost + (0.0 if arm is None else arm.penalty)
    probe = _PROBE if arm is not None and arm.probe else 0.0
    if arm is None or not belief.outcomes:  # all of whom nothing is known look alike: the strategies decide
        return Cost(believed - OPTIMISM * belief.doubt - probe, believed + max(LEAST_CAUTION, CAUTION * belief.doubt))
    return Cost(believed + DRAW * arm.draw * belief.doubt - probe, believed)


def planned_of(belief: Belief, arm: Arm | None) -> float:
    """Return what a worker costs in a plan that may explore: what is expected of it, whether it was tried or not.

    A plan that is wary of the untried leaves tasks waiting for a few that are known, and never finds out who is better.
    """
    return belief.log_cost + (0.0 if arm is None else arm.penalty)


def reach_of(belief: Belief, arm: Arm) -> float:
    """Return how far one standard deviation of its draw moves a worker's cost."""
    return 0.0 if arm.probe or not belief.outcomes else DRAW * belief.doubt


def why_tried(belief: Belief, arm: Arm | None, cost: Cost) -> str | None:
    """Return why a worker is tried that is not believed best, or None where it counts as what it is believed to be."""
    if arm is not None and arm.probe:
        return "probe: not tried for long"
    quicker = belief.log_cost - cost.drawn
    return f"counts as {1.0 - exp(-quicker):.0%} quicker for its doubt" if quicker > _NOTED else None


def handicap_of(arm: Arm) -> float:
    """Return how much a worker is held back that has much open and little known: neither flooded nor starved."""
    waiting = len(arm.open)
    if waiting <= FREE_PICKS:
        return 0.0
    allowed = FREE_PICKS + 2.0 * arm.outcomes
    if waiting <= allowed:
        return 0.0
    return log1p((min(waiting, 8.0 + allowed) - allowed) / (arm.outcomes + 1.0))
