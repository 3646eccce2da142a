"""How loaded each worker was: a short history in little memory."""

from __future__ import annotations

from array import array

from apportion.runtime.looks import Looks

EVERY = 10.0
"""Seconds between two looks."""

KEPT = 180
"""Looks that are kept: half an hour."""


class Loads:
    """Remembers shares of capacity."""

    def __init__(self) -> None:
        self._kept: dict[str, array[float]] = {}
        self._next = 0
        self._looked_at = 0.0

    def look(self, looks: Looks, now: float) -> None:
        """Write down how loaded everybody is, where that is due. ``now``: Unix seconds."""
        if 0 <= now - self._looked_at < EVERY:
            return
        self._looked_at = now
        place = self._next % KEPT
        self._next += 1
        before, self._kept = self._kept, {}
        for member, worker in looks.members():
            kept = self._kept[member.id] = before.get(member.id) or array("f", [-1.0]) * KEPT
            kept[place] = worker.current_load / worker.max_capacity if worker.max_capacity else 0.0

    def of(self, worker_id: str) -> tuple[list[float], list[float]]:
        """Return Unix times and shares of capacity of a worker, oldest first."""
        kept = self._kept.get(worker_id)
        if kept is None:
            return [], []
        first = max(0, self._next - KEPT)
        looks = [(number, kept[number % KEPT]) for number in range(first, self._next)]
        known = [(number, share) for number, share in looks if share >= 0]
        last = self._next - 1
        times = [self._looked_at - EVERY * (last - number) for number, _ in known]
        return times, [round(share, 4) for _, share in known]
