"""Which waiting tasks are in the store only."""

from __future__ import annotations

from math import inf

from apportion.runtime.instructions import Position

START: Position = (-inf, "")
"""Before every position."""


class Unread:
    """A position such that every task of some set is in memory, or gone, up to there; behind it some may not be.

    Attributes:
        after: the position; None: all are in memory.
    """

    __slots__ = ("_late", "after")

    def __init__(self, after: Position | None = None) -> None:
        self.after = after
        self._late: Position | None = None

    def __bool__(self) -> bool:
        return self.after is not None

    def note(self, position: Position) -> None:
        """A task behind this position is not in memory."""
        self.after = earlier(self.after, position)
        self._late = earlier(self._late, position)

    def hides(self, rank: float) -> bool:
        """Return whether a task of this rank would overtake others that are not in memory."""
        return self.after is not None and (rank, "") >= self.after

    def begin(self) -> None:
        """The store is about to be read; what is noted from now on may be missing from what is read."""
        self._late = None

    def advance(self, start: Position, end: Position | None) -> None:
        """The store was read from ``start`` to ``end`` (None: to its end), and all that was read is being taken in."""
        if self.after is None or self.after < start:
            return
        if end is None or self.after < end:
            self.after = earlier(end, self._late)


def earlier(one: Position | None, other: Position | None) -> Position | None:
    """Return the earlier of two positions, either of which may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
