"""Who was lately best in a crowd, so that a sample need not find them again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from apportion.core.pool.members import Members

_KEPT = 4
_MOST_CROWDS = 1024


class BestKnown:
    """For each crowd and task type, the last few winners. Forgotten when somebody joins the crowd or leaves it."""

    __slots__ = ("_winners",)

    def __init__(self) -> None:
        self._winners: OrderedDict[tuple[int, Hashable], tuple[Members, int, list[int]]] = OrderedDict()

    def of(self, crowd: Members, key: Hashable = None) -> list[int]:
        """Return the seats of the last winners."""
        kept = self._winners.get((id(crowd), key))
        return kept[2] if kept is not None and kept[0] is crowd and kept[1] == crowd.version else []

    def note(self, crowd: Members, seat: int, key: Hashable = None) -> None:
        """Tell who won."""
        winners = self.of(crowd, key)
        if seat in winners:
            return
        name = (id(crowd), key)
        self._winners[name] = (crowd, crowd.version, [seat, *winners[: _KEPT - 1]])
        self._winners.move_to_end(name)
        if len(self._winners) > _MOST_CROWDS:
            self._winners.popitem(last=False)
