"""Mean flow time of one machine that always works on the task with the shortest remaining time, and may interrupt."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from math import inf


def srpt_flow(tasks: Sequence[tuple[float, float]], speed: float) -> float:
    """Return the mean seconds from arrival to end under SRPT.

    Args:
        tasks: (arrival in seconds, size) in the order of arrival.
        speed: units of size a second, > 0.

    Returns:
        0.0 where there is no task.
    """
    heap: list[tuple[float, float]] = []  # (remaining size, arrival)
    now = total = 0.0
    place = 0
    while place < len(tasks) or heap:
        if not heap:
            now = max(now, tasks[place][0])
        while place < len(tasks) and tasks[place][0] <= now:
            arrival, size = tasks[place]
            heappush(heap, (size, arrival))
            place += 1
        until = tasks[place][0] if place < len(tasks) else inf
        remaining, arrival = heappop(heap)
        end = now + remaining / speed
        if end <= until:
            total += end - arrival
            now = end
        else:
            heappush(heap, (max(0.0, remaining - (until - now) * speed), arrival))
            now = until
    return total / len(tasks) if tasks else 0.0
