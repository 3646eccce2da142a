"""Notices who tries out tokens, and slows him down. Whoever shows a valid token is let in all the same.

A guess has one chance in 2^256, so this protects no secret. It says in the log that somebody tries, and tells a program
that goes on with a void token when to ask again. Behind a proxy all strangers have one address, and must not be able to
lock others out.
"""

from __future__ import annotations

import logging
from typing import Final

from apportion.clock import Clock
from apportion.service.access.pace import Pace
from apportion.service.problems import ProblemError
from apportion.wire.problem import TOO_MANY_WRONG

_log = logging.getLogger("apportion.service")

_MINUTE: Final = 60.0


class WrongTokens:
    """Counts wrong tokens by the address that they come from.

    Args:
        most: wrong tokens of one address in a minute, >= 1.
        clock: seconds that never go back.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._pace = Pace(most / _MINUTE, most, 0.0, clock)
        self._told = Pace(1 / _MINUTE, 1, 0.0, clock)

    def note(self, address: str, why: str) -> None:
        """Take note of a wrong token.

        Raises:
            ProblemError: there were too many.
        """
        seconds = self._pace.wait(address)
        if not seconds:
            return
        if not self._told.wait(address):
            _log.warning("more than %d wrong tokens within a minute from %s", self._most, address)
        detail = f"{why}, like more than {self._most} within a minute from this address"
        remedy = "`apportion token create` makes a token; a valid one is let in at any time"
        members = {"field": "Authorization", "retry_after": seconds, "remedy": remedy}
        raise ProblemError(429, detail, title=TOO_MANY_WRONG, **members)
