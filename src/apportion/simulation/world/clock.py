"""The virtual time of a simulation."""

from __future__ import annotations


class TraceClock:
    """Seconds of the trace; whoever runs the simulation sets them.

    Attributes:
        now: the present.
    """

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the present."""
        return self.now
