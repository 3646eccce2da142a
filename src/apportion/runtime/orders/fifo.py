"""``fifo``: by priority, then who came first."""

from __future__ import annotations

from apportion.runtime.orders.outlook import Outlook


def fifo(head: Outlook) -> tuple[float, ...]:
    """Return the rank, which is priority and time of queueing in one."""
    return (head.rank,)
