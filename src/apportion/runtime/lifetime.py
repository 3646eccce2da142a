"""A distributor's life: opened on a store, stopped in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

from apportion.clock import Clock, Random, monotonic_clock
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.errors import NotRunningError
from apportion.model.task_record import Task
from apportion.ports import Observer, TaskStore
from apportion.runtime import inputs
from apportion.runtime.dependencies import named_elsewhere, refuse_unknown, tenants_of
from apportion.runtime.driver import Driver
from apportion.runtime.handle import Handles
from apportion.runtime.hands import Hands
from apportion.runtime.learned import Learned
from apportion.runtime.machine import Machine
from apportion.runtime.moment import Moment
from apportion.runtime.purge import Purge
from apportion.runtime.shadow_report import ShadowReport, report_of
from apportion.runtime.submission import Submissions
from apportion.runtime.surroundings import Surroundings
from apportion.runtime.weight_history import Weighed


class Lifetime:
    """Opens a store, drives a machine on it, and closes both.

    Args:
        open_store: opens the store; called when the distributor is entered, in a thread that may wait.
        config: how the run behaves.
        balancer: chooses workers, and learns.
        clock: Unix seconds.
        steady: seconds that never jump.
        rng: spreads retries.
        observers: each is called with every fact (`apportion.events`) once it is durable; it must not block.
    """

    def __init__(
        self,
        open_store: Callable[[], TaskStore],
        config: RuntimeConfig,
        balancer: LoadBalancer,
        *,
        clock: Clock,
        rng: Random,
        steady: Clock = monotonic_clock,
        observers: Iterable[Observer] = (),
    ) -> None:
        self.config = config
        self.balancer = balancer
        self._open_store = open_store
        self._clock, self._steady, self._rng = clock, steady, rng
        self._observers = list(observers)
        self._pool = WorkerPool()
        self._machine = Machine(config, balancer, self._pool, rng, observed=bool(self._observers))
        self._hands = Hands()
        self._handles = Handles()
        self._submissions = Submissions(config)
        self._waiting_workers: list[inputs.WorkerJoined] = []
        self._driver: Driver | None = None
        self._store: TaskStore | None = None
        self._purging: asyncio.Task[None] | None = None

    # --- open and close ---------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Open the store, and go on with what it holds: tasks that a run before this one left assigned wait again."""
        if self._driver is not None:
            raise NotRunningError("the distributor is open already, or was; open another")
        self._store = await asyncio.to_thread(self._open_store)
        world = Surroundings(
            self._store,
            self._hands,
            self._handles,
            Learned(self.balancer),
            self._clock,
            self._steady,
            self._observers,
        )
        self._driver = Driver(self._machine, self.config, world)
        try:
            await self._driver.start()
        except BaseException:
            self._store.close()
            raise
        for joined in self._waiting_workers:
            self._driver.feed(joined)
        if self.config.keep_finished is not None:
            driver = self._driver
            purge = Purge(
                self._store, self.config.keep_finished, self._clock, driver.threads.read, driver.threads.write
            )
            self._purging = asyncio.create_task(purge.run(), name="apportion-purge")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and close the store."""
        await self.stop()

    async def stop(self, grace: float | None = None) -> None:
        """Start nothing new, give running attempts time to end, save everything, and close the store.

        Args:
            grace: seconds that running attempts have to end; None: the config's. What does not end in time is queued
                again, and that attempt does not count.
        """
        if self._driver is None or self._store is None:
            return
        if self._purging is not None:
            self._purging.cancel()
            await asyncio.wait([self._purging])
        try:
            await self._driver.stop(self.config.grace if grace is None else grace)
        finally:
            await asyncio.to_thread(self._store.close)

    # --- looking at who decides -------------------------------------------------------------------------------------

    def shadows(self) -> list[ShadowReport]:
        """Return how the strategies do that decide beside the live one (``RuntimeConfig.shadow``), without effect."""
        standings = self._machine.recorder.shadows.standings
        return [report_of(name, standing) for name, standing in standings.items()]

    def weight_history(self) -> list[Weighed]:
        """Return how the adaptive strategy weighed the others over time, oldest first, at most 512 points."""
        return list(self._machine.recorder.weights.points)

    async def refuse_unknown_after(self, tasks: Sequence[Task]) -> None:
        """Refuse new tasks that wait for what is not there, or for each other in a circle.

        Raises:
            FieldError: naming the field.
        """
        if any(task.after for task in tasks):
            names = named_elsewhere(tasks)
            refuse_unknown(tasks, await self._running.read(tenants_of, self._truth, names))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _now(self) -> Moment:
        return Moment(self._clock(), self._steady())

    @property
    def _running(self) -> Driver:
        if self._driver is None:
            raise NotRunningError
        return self._driver

    @property
    def _truth(self) -> TaskStore:
        self._running.refuse_unless_running()
        assert self._store is not None, "a driver that runs has a store"
        return self._store
