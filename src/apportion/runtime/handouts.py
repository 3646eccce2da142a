"""Answers to claims: what a remote worker is given, collected until all of it is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from apportion.ports import Attempt
from apportion.runtime.inputs import AttemptReleased, ClaimAnswered, Input
from apportion.runtime.instructions import AnswerClaim, Start


class Handouts:
    """Collects attempts by the claim that they answer.

    Args:
        feed: tells the machine.
    """

    def __init__(self, feed: Callable[[Input], None]) -> None:
        self._feed = feed
        self._attempts: dict[int, list[Attempt]] = {}

    def add(self, start: Start) -> None:
        """An attempt is durable, and is to be handed out."""
        self._attempts.setdefault(start.claim, []).append(start.attempt)

    def answer(self, claim: AnswerClaim, asked: asyncio.Future[Any] | None) -> None:
        """Hand out what was collected for a claim. If nobody listens any more, it is handed back."""
        attempts = self._attempts.pop(claim.request, [])
        if asked is None or asked.done():
            for attempt in attempts:
                self._feed(AttemptReleased(attempt.task_id, attempt.worker_id, attempt.lease))
            return
        asked.set_result(attempts)
        self._feed(ClaimAnswered(claim.worker_id, [(attempt.task_id, attempt.lease) for attempt in attempts]))
