"""So many at once, then one after the other: a pace for each of many, in bounded memory.

The rule is the virtual scheduling algorithm of ITU-T I.371, "generic cell rate algorithm": kept of each is one number,
when its next turn is.
"""

from __future__ import annotations

from apportion.clock import Clock


class Pace:
    """Gives turns.

    Args:
        rate: turns a second for each, > 0.
        at_once: turns that one who has not come for a while gets at once, >= 1.
        patience: seconds that may be waited for a turn; who would have to wait longer gets none, >= 0.
        clock: seconds that never go back.
        kept: how many are remembered, >= 1; of more, whoever came last longest ago is forgotten, and begins anew.
    """

    def __init__(self, rate: float, at_once: float, patience: float, clock: Clock, kept: int = 10_000) -> None:
        self._step = 1.0 / rate
        self._ahead = (at_once - 1.0) / rate
        self._patience = patience
        self._clock = clock
        self._kept = kept
        self._due: dict[str, float] = {}

    def wait(self, who: str) -> float:
        """Return the seconds until the turn of ``who``, and take it unless they are more than the patience."""
        now = self._clock()
        due = max(self._due.pop(who, 0.0), now - self._ahead)
        seconds = max(0.0, due - now)
        self._due[who] = due + self._step if seconds <= self._patience else due
        if len(self._due) > self._kept:
            del self._due[next(iter(self._due))]
        return seconds
