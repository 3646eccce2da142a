"""Asks until there is an answer: repeats what was lost or refused for now, with growing pauses, within a budget."""

from __future__ import annotations

from dataclasses import replace

from apportion.clock import Clock, Random, fresh_random, monotonic_clock
from apportion.errors import ServiceUnavailableError
from apportion.sdk.budget import RetryBudget
from apportion.sdk.problems import is_busy, is_full
from apportion.sdk.settings import ClientConfig
from apportion.sdk.talk import Lost, Pause, Reply, Request, Talk

_OF_A_PROXY = {502, 504}


class Asking:
    """Sends requests that may be sent twice.

    Args:
        url: of the service, for messages.
        config: how patient it is.
        clock: seconds that never go back.
        rng: for the pauses.

    Attributes:
        lost: why the last try of any call got no answer; None: it got one, or there was none yet.
    """

    def __init__(
        self, url: str, config: ClientConfig, clock: Clock = monotonic_clock, rng: Random | None = None
    ) -> None:
        self.clock = clock
        self.lost: str | None = None
        self._url = url
        self._config = config
        self._rng = fresh_random() if rng is None else rng
        self._budget = RetryBudget(config.retry_share, config.retry_reserve, clock)

    def ask(self, request: Request) -> Talk[Reply]:
        """Return the answer; it may still be a refusal.

        Raises:
            ServiceUnavailableError: none came, however often it was asked.
        """
        began, tries, doubted = self.clock(), 0, False
        while True:
            heard = yield request
            tries += 1
            self.lost = heard.reason if isinstance(heard, Lost) else None
            if isinstance(heard, Reply) and not self._is_for_now(heard, self.clock() - began):
                self._budget.earn()
                return replace(heard, doubted=doubted)
            doubted = doubted or not isinstance(heard, Reply) or heard.status in _OF_A_PROXY
            pause = self.pause(tries, heard.retry_after if isinstance(heard, Reply) else None)
            most = self._config.patience
            if isinstance(heard, Reply) and is_full(heard):
                most = self._config.wait_for_room
            if self.clock() - began + pause > most or not self._budget.spend():
                if isinstance(heard, Reply):
                    return replace(heard, doubted=doubted)
                raise ServiceUnavailableError(self._url, tries, heard.reason if heard else "nothing came back")
            yield Pause(pause)

    def pause(self, tries: int, at_least: float | None = None) -> float:
        """Return the seconds to wait before the next try, after so many."""
        longest = min(self._config.longest_pause, self._config.first_pause * 2.0 ** min(tries - 1, 30))
        return max(at_least or 0.0, 0.0) + longest * self._rng.uniform(0.5, 1.0)

    def _is_for_now(self, reply: Reply, spent: float) -> bool:
        """Return whether it is refused now, and may be done later."""
        if is_full(reply):
            return spent < self._config.wait_for_room
        return is_busy(reply)
