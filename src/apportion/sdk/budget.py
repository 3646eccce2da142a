"""How many repetitions a client allows itself, so that a service in trouble is not asked ever more."""

from __future__ import annotations

from apportion.clock import Clock

_MOST_SAVED = 100.0


class RetryBudget:
    """Repetitions that may be spent: a share of what was answered, and a reserve that fills again.

    The idea is Finagle's retry budget.

    Args:
        share: what each answered request adds.
        reserve: what there is at the start, and the most that time alone gives back, one a second.
        clock: seconds that never go back.
    """

    def __init__(self, share: float, reserve: float, clock: Clock) -> None:
        self._share = share
        self._reserve = reserve
        self._clock = clock
        self._left = reserve
        self._seen = clock()

    def earn(self) -> None:
        """A request was answered."""
        self._left = min(self._left + self._share, self._reserve + _MOST_SAVED)

    def spend(self) -> bool:
        """Take a repetition; False: there is none left."""
        now = self._clock()
        if self._left < self._reserve:
            self._left = min(self._reserve, self._left + now - self._seen)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
