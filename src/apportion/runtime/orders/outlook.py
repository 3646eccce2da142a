"""What an order may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Outlook:
    """The head of a lane.

    Attributes:
        rank: its place by priority and time of queueing together; lower first.
        priority: the priority that it has by now, ageing included, in whole steps.
        duration: seconds that a task of this type is expected to take, or None where nothing is known.
        deadline: Unix seconds by which it should have started, or None.
    """

    rank: float
    priority: float
    duration: float | None
    deadline: float | None


Order = Callable[[Outlook], tuple[float, ...]]
