"""Which seats have lately changed their room, so that a count need not be taken anew after every change."""

from __future__ import annotations

_MOST_ENTRIES = 4096


class Journal:
    """The seats whose load or capacity has changed, oldest first. Nothing is written before somebody reads.

    Attributes:
        entries: the seats.
        epoch: how many times the entries were thrown away; who has read an older epoch starts over.
        read: whether anybody reads.
    """

    __slots__ = ("entries", "epoch", "read")

    def __init__(self) -> None:
        self.entries: list[int] = []
        self.epoch = 0
        self.read = False

    def note(self, seat: int) -> None:
        """Write a seat down."""
        entries = self.entries
        entries.append(seat)
        if len(entries) > _MOST_ENTRIES:
            self.start_over()

    def start_over(self) -> None:
        """Throw the entries away, when they are many or the seats were given out anew."""
        self.entries.clear()
        self.epoch += 1
