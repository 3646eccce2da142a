"""A worker at work: everything that it does between its registration and its leave."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Coroutine
from typing import Any

from apportion.clock import monotonic_clock
from apportion.errors import NotAllowedError
from apportion.ports import Attempt, Outcome
from apportion.sdk.work.claims import Claims
from apportion.sdk.work.hands import Hands
from apportion.sdk.work.holdings import Holding, Holdings, attempt_of
from apportion.sdk.work.keeper import Beat, Keeper, Lease, Post
from apportion.sdk.work.line import Line
from apportion.sdk.work.registration import Identity
from apportion.sdk.work.reports import Reports
from apportion.sdk.work.setup import WorkerSetup
from apportion.wire.workers import Assignments

_log = logging.getLogger("apportion.worker")

_LOOKS = 20
"""How often a lease's length is divided to look which ones run out."""

_LAST_WORDS = 5.0
"""Seconds for what is said on leaving: without it the leases run out, and that does as well."""

_KILL = 0.2
"""Seconds between the polite and the other signal to what is stopped at once."""


class WorkerRun:
    """A worker at work. All of it happens on one event loop; handlers run elsewhere.

    Args:
        setup: what it is made from.
    """

    def __init__(self, setup: WorkerSetup) -> None:
        self._setup = setup
        self._line = Line(setup.url, setup.token, setup.said, setup.config, self._moved, monotonic_clock)
        self._stopping = asyncio.Event()
        self._insisted = asyncio.Event()
        self._changed = asyncio.Event()
        self._trouble: BaseException | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._away = False

    def stop(self) -> None:
        """Ask it to end: it finishes what it runs. Asked again, it ends at once, and hands back what it runs."""
        if self._stopping.is_set():
            self._insisted.set()
        self._stopping.set()

    async def run(self) -> None:
        """Work until asked to end, or drained by the service.

        Raises:
            ApportionError: the service does not take this worker.
        """
        try:
            identity = await self._line.register(self._stopping)
            if identity is not None:
                await self._work(identity)
        finally:
            await self._line.close()
        if self._trouble is not None:
            raise self._trouble

    async def _work(self, identity: Identity) -> None:
        setup, clock = self._setup, monotonic_clock
        self._hands = Hands(setup.handlers, setup.commands, setup.said.max_capacity, self._ended)
        self._most = setup.config.most_held
        if not self._hands.unlimited:
            self._most = min(self._most, max(1, math.ceil(setup.said.max_capacity)))
        self._holdings = Holdings(identity.lease_seconds, clock, self._catch_up)
        self._keeper = Keeper(self._post(identity), self._holdings.leases, self._told)
        self._reports = Reports(self._line.report, self._settled)
        self._claims = Claims(self._line.claim, self._room, self._brought, setup.config.claim_wait, clock)
        _log.info("worker %s is at work for %s", identity.id, setup.url)
        claiming = self._spawn(self._claims.run())
        self._spawn(self._reports.run())
        self._spawn(self._watch())
        try:
            await self._stopping.wait()
            await self._leave(claiming)
        finally:
            for each in self._background:
                each.cancel()
            await asyncio.gather(*self._background, return_exceptions=True)
            await self._keeper.close()

    def _post(self, identity: Identity) -> Post:
        return Post(
            self._setup.url,
            self._setup.token,
            identity.id,
            identity.incarnation,
            identity.heartbeat_interval,
            max(0.5, identity.lease_seconds / 3),
        )

    # --- what it gets -----------------------------------------------------------------------------------------------

    def _room(self) -> int:
        """Return how many tasks to ask for. How many fit, the service knows; it is asked while anything may."""
        return self._most if len(self._holdings.running()) < self._most else 0

    def _brought(self, assignments: Assignments) -> int:
        """A claim has brought tasks: they are held from now on, and begun."""
        worker_id = self._line.identity.id
        attempts = [attempt_of(each, worker_id) for each in assignments.assignments]
        if not attempts:
            return 0
        added, older = self._holdings.add(attempts)
        for holding in older:
            self._end(holding, "it was handed out anew")
        line = self._keeper.hold([(each.task_id, each.lease) for each in attempts])
        for holding in added:
            holding.line = line
        if self._stopping.is_set():
            self._give_back(added)
        else:
            for attempt in attempts:
                self._hands.start(attempt)
        return len(attempts)

    # --- what it is told --------------------------------------------------------------------------------------------

    def _told(self, beat: Beat) -> None:
        """The keeper has heard something."""
        if beat.at is not None:
            self._heard(beat)
        elif beat.gone is not None:
            self._spawn(self._line.register_again(beat.gone))
        elif beat.refused in {401, 403}:
            self._fail(NotAllowedError(beat.refused, beat.detail))
        elif not self._away:
            self._away = True
            _log.warning("heartbeats are not answered: %s", beat.detail)

    def _heard(self, beat: Beat) -> None:
        for holding in self._holdings.renewed(beat):
            self._end(holding, "it is not wanted any more")
        if self._away:
            self._away = False
            _log.info("heartbeats are answered again")
            self._claims.restart()
        if beat.draining and not self._stopping.is_set():
            _log.info("the service drains this worker")
            self._stopping.set()

    def _moved(self, identity: Identity) -> None:
        """It has registered anew, and nothing that it held before is its own any more."""
        _log.warning("the service did not know worker %s; it has registered anew", identity.id)
        self._keeper.move(identity.incarnation)
        for holding in self._holdings.running():
            self._end(holding, "the service had forgotten this worker")

    def _catch_up(self) -> None:
        self._keeper.catch_up()

    async def _watch(self) -> None:
        """End what is about to be somebody else's, by this worker's own clock."""
        while True:
            await asyncio.sleep(self._holdings.lease_seconds / _LOOKS)
            for holding in self._holdings.running_out():
                holding.given_back = True
                self._keeper.drop([lease_of(holding.attempt)])
                self._end(holding, "its lease was not renewed")

    def _end(self, holding: Holding, why: str) -> None:
        if not holding.stopped:
            holding.stopped = True
            if not holding.ended:
                _log.warning("task %s is stopped: %s", holding.attempt.task_id, why)
                self._hands.cancel(holding.attempt)

    # --- what it says -----------------------------------------------------------------------------------------------

    def _ended(self, attempt: Attempt, outcome: Outcome) -> None:
        """An attempt has ended: it is reported, unless it is not this worker's any more."""
        holding = self._holdings.find(attempt)
        if holding is None:
            return
        if self._holdings.may_report(holding):
            holding.ended = True
            self._reports.add(attempt, outcome)
        else:
            holding.ended = True
            self._let_go(holding)
        self._claims.freed()
        self._changed.set()

    def _settled(self, attempts: list[Attempt]) -> None:
        """The service has taken in how these ended."""
        leases = [lease_of(each) for each in attempts]
        self._holdings.drop(leases)
        self._keeper.drop(leases)

    def _let_go(self, holding: Holding) -> None:
        """Hold no more what was stopped, and tell the service, which keeps room for it until then."""
        self._settled([holding.attempt])
        if holding.given_back:
            self._spawn(self._line.release(holding.attempt))
        else:
            self._keeper.nudge()

    def _give_back(self, holdings: list[Holding]) -> None:
        """Hand back what was not started."""
        for holding in holdings:
            holding.stopped = holding.given_back = holding.ended = True
            self._let_go(holding)

    # --- how it goes ------------------------------------------------------------------------------------------------

    async def _leave(self, claiming: asyncio.Task[None]) -> None:
        """Take nothing new, finish or hand back what is held, report it all, and take leave."""
        self._claims.stop()
        await self._within(_LAST_WORDS, self._line.drain())  # which answers the open claim
        await self._within(_LAST_WORDS, asyncio.wait({claiming}))
        claiming.cancel()
        waiting = [self._holdings.find(attempt) for attempt in self._hands.unstarted()]
        self._give_back([holding for holding in waiting if holding is not None])
        await self._within(self._setup.config.grace, self._all_ended())
        for holding in self._holdings.running():
            holding.stopped = True
        await self._hands.close(_KILL)
        await self._within(self._holdings.lease_seconds, self._reports.all_sent())
        await self._keeper.close()  # a heartbeat of somebody who has left would be a reason to register anew
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self._line.leave()  # what it still holds is handed back by that

    async def _all_ended(self) -> None:
        while self._holdings.running():
            self._changed.clear()
            await self._changed.wait()

    async def _within(self, seconds: float | None, what: Awaitable[object]) -> None:
        """Wait for something, for so long and no longer than until somebody insists."""
        waiting, insisted = asyncio.ensure_future(what), asyncio.ensure_future(self._insisted.wait())
        try:
            await asyncio.wait({waiting, insisted}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                waiting.result()
        finally:
            waiting.cancel()
            insisted.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside; if it fails, the worker ends."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 -- it is raised again where the worker ends
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._trouble = self._trouble or error
        self._stopping.set()
        self._insisted.set()


def lease_of(attempt: Attempt) -> Lease:
    """Return what names an attempt."""
    return attempt.task_id, attempt.lease
