"""Reports how attempts ended: those that gather while one call is under way go into the next."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice

import msgspec

from apportion.errors import NotAllowedError, UnknownWorkerError
from apportion.ports import Attempt, Outcome
from apportion.sdk.problems import error_of
from apportion.sdk.talk import Reply, Request
from apportion.sdk.work.endings import ending_of, plain_failure
from apportion.wire.limits import BODY
from apportion.wire.workers import CompletedMany

_log = logging.getLogger("apportion.worker")

_MOST = 1000
_ENVELOPE = 64

Send = Callable[[bytes], Awaitable[tuple[Request, Reply]]]
"""Sends a list of endings until it is answered."""


class Reports:
    """The endings that the service has not taken in yet. None is given up before it is answered.

    Args:
        send: sends a list of them.
        settled: called with those that were taken in, or came too late: they are nobody's business any more.
    """

    def __init__(self, send: Send, settled: Callable[[list[Attempt]], None]) -> None:
        self._send = send
        self._settled = settled
        self._waiting: deque[tuple[Attempt, bytes]] = deque()
        self._wanted = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, attempt: Attempt, outcome: Outcome) -> None:
        """Take in how an attempt ended."""
        self._waiting.append((attempt, ending_of(attempt, outcome)))
        self._wanted.set()
        self._idle.clear()

    async def all_sent(self) -> None:
        """Wait until all are answered."""
        await self._idle.wait()

    async def run(self) -> None:
        """Send them, for ever.

        Raises:
            ApportionError: the service does not let this worker report.
        """
        while True:
            await self._wanted.wait()
            while self._waiting:
                batch = self._batch()
                await self._report(batch)
                for _ in batch:
                    self._waiting.popleft()
                self._settled([attempt for attempt, _ in batch])
            self._wanted.clear()
            self._idle.set()

    def _batch(self) -> list[tuple[Attempt, bytes]]:
        """Return the first ones, as many as one call takes; they stay here until they are answered."""
        size = _ENVELOPE
        batch: list[tuple[Attempt, bytes]] = []
        for entry in islice(self._waiting, _MOST):
            size += len(entry[1]) + 1
            if batch and size > BODY:
                break
            batch.append(entry)
        return batch

    async def _report(self, batch: list[tuple[Attempt, bytes]]) -> None:
        request, reply = await self._send(_body(batch))
        if reply.status == 200:
            for answer in msgspec.json.decode(reply.body, type=CompletedMany).completions:
                if answer.status != 200:
                    _log.info("task %s: its result was refused: %s", answer.task_id, answer.detail)
            return
        error = error_of(reply, request, "the service")
        if isinstance(error, NotAllowedError | UnknownWorkerError):
            raise error
        _log.error("%d results were refused, and are reported as failures: %s", len(batch), error)
        reason = f"its result was refused by the service: {error}"
        request, reply = await self._send(_body([(each, plain_failure(each, reason)) for each, _ in batch]))
        if reply.status != 200:
            raise error_of(reply, request, "the service")


def _body(batch: list[tuple[Attempt, bytes]]) -> bytes:
    return b'{"completions":[%b]}' % b",".join([ending for _, ending in batch])
