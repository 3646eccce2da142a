"""``deadline``: by priority, then whose deadline is nearest."""

from __future__ import annotations

from math import inf

from apportion.runtime.orders.outlook import Outlook


def deadline(head: Outlook) -> tuple[float, ...]:
    """Order by deadline; tasks without one come after those that have one."""
    return (-head.priority, inf if head.deadline is None else head.deadline, head.rank)
