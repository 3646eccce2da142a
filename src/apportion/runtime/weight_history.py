"""How the adaptive strategy weighed the others over time: few points, whatever the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

MOST = 512
_FIRST_GAP = 1.0


class Weighed(NamedTuple):
    """The weights at one time.

    Attributes:
        at: Unix seconds.
        name: who decided.
        weights: strategy -> weight.
    """

    at: float
    name: str
    weights: dict[str, float]


class WeightHistory:
    """Keeps at most `MOST` points. When they are used up, every second one goes, and the gap between new ones doubles.

    So the whole time since the start is covered evenly, a day in steps of a few minutes. A switch is always noted.
    """

    def __init__(self) -> None:
        self.points: list[Weighed] = []
        self._gap = _FIRST_GAP

    def due(self, now: float, name: str) -> bool:
        """Return whether a point should be noted."""
        if not self.points:
            return True
        last = self.points[-1]
        # A clock that was set back must not end the history.
        return name != last.name or not 0 <= now - last.at < self._gap

    def note(self, now: float, name: str, weights: Mapping[str, float]) -> None:
        """Note a point."""
        self.points.append(Weighed(now, name, {each: round(weight, 4) for each, weight in weights.items()}))
        if len(self.points) > MOST:
            del self.points[1::2]
            self._gap *= 2
