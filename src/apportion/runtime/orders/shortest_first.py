"""``shortest-first``: by priority, then who is expected to be done soonest."""

from __future__ import annotations

from apportion.runtime.orders.outlook import Outlook


def shortest_first(head: Outlook) -> tuple[float, ...]:
    """Order by expected duration; a type of which nothing is known goes first, so that something becomes known."""
    return (-head.priority, head.duration or 0.0, head.rank)
