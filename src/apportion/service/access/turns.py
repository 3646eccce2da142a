"""Nobody asks more often than is his share: whoever does waits for his turn, and is refused where that is far off."""

from __future__ import annotations

import asyncio
from typing import Final

from apportion.clock import Clock
from apportion.service.access.pace import Pace
from apportion.service.problems import ProblemError
from apportion.wire.problem import TOO_MANY

PATIENCE: Final = 1.0
"""Seconds that a request waits for its turn. One that is refused waits as long, so that asking again costs little."""


class Turns:
    """Lets requests in at the pace of those who send them.

    Args:
        rate: requests a second of one token, > 0; as many come at once.
        clock: seconds that never go back.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._pace = Pace(rate, max(1.0, rate), PATIENCE, clock)

    async def wait(self, who: str) -> None:
        """Wait for the turn of ``who``.

        Raises:
            ProblemError: it is too far off.
        """
        seconds = self._pace.wait(who)
        if not seconds:
            return
        await asyncio.sleep(min(seconds, PATIENCE))
        if seconds > PATIENCE:
            detail = f"more requests than {self._rate:g} a second come from this caller"
            remedy = "ask less often, or several things at once; --max-requests is the service's limit"
            raise ProblemError(429, detail, title=TOO_MANY, retry_after=seconds, remedy=remedy)
