"""What is known of one worker, or of one kind of workers, over all types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.learning.load_slope import LoadSlope

if TYPE_CHECKING:
    from apportion.core.learning.arm import Arm

_MEMORY = 0.98
_SLOPE = (500.0, 4.0, 2.5)
"""Of a worker among others, a slope of its own is believed only where it is plain."""


class WorkerRecord:
    """How a worker differs from the others at what it does.

    Attributes:
        kind: the kind that it belongs to, or None.
        sum_weight, sum_effect: over its arms, the weight and weighted log duration relative to the type's mean.
        failures, expected: discounted failures, and how many the types alone would have led one to expect.
        crowding: evidence of how its load slows it.
        published: the effect that its columns were last written with.
    """

    __slots__ = ("crowding", "expected", "failures", "kind", "published", "sum_effect", "sum_weight")

    def __init__(self, kind: str | None = None) -> None:
        self.kind = kind
        self.sum_weight = 0.0
        self.sum_effect = 0.0
        self.failures = 0.0
        self.expected = 0.0
        self.published = 0.0
        self.crowding = LoadSlope(*_SLOPE)

    def effect(self, prior: float, ratio: float, without: Arm | None = None) -> tuple[float, float]:
        """Return its log duration relative to others', by all that it has shown, and how many types that rests on.

        Args:
            prior: what is expected of it without (its kind's effect).
            ratio: how many types' weight that has; see `Spreads.ratio`.
            without: what it has shown at one type is left out: whose belief this is for must not count twice.
        """
        weight, effect = self.sum_weight, self.sum_effect
        if without is not None:
            own_weight, own_effect = without.given
            weight = weight - own_weight if weight > own_weight else 0.0
            effect -= own_effect
        return (effect + ratio * prior) / (weight + ratio), weight

    def observe(self, failed: bool, expected: float) -> None:
        """Take in an outcome against the failure rate that its type has elsewhere."""
        self.failures = self.failures * _MEMORY + failed
        self.expected = self.expected * _MEMORY + expected

    def take(self, weight: float, effect: float) -> None:
        """Add (or with negative numbers, take back) what one of its arms says."""
        self.sum_weight += weight
        self.sum_effect += effect

    def failure_ratio(self, prior: float) -> float:
        """Return how many times as often as expected it fails; near ``prior`` (its kind's) with little evidence."""
        return (self.failures + 0.5 * prior) / (self.expected + 0.5)
