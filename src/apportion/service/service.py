"""The service's middle: one distributor, what is known of its past, and its end."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from apportion.assemble import TaskDistributor
from apportion.clock import wall_clock
from apportion.runtime.remote_calls import RemoteCalls
from apportion.service.event_log import EventLog
from apportion.service.metrics import Metrics
from apportion.service.settings import ServiceSettings


class ServiceDistributor(RemoteCalls, TaskDistributor):
    """The distributor of a service: local and remote workers."""


class Service:
    """What the calls work with.

    Attributes:
        settings: how it is set up.
        distributor: does the work.
        events: what happened.
        metrics: counts it.
        submitting: held while tasks are looked up and taken that bring an id or a key of their own.
        schema: the OpenAPI document of its calls.
        draining: set once nothing new is handed out.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.events = EventLog(f"{int(wall_clock() * 1000):x}")
        self.metrics = Metrics()
        self.distributor: ServiceDistributor = ServiceDistributor.open(
            settings.store,
            config=settings.runtime,
            strategy=settings.strategy,
            observers=[self.events.add, self.metrics.note],
        )
        self.schema = b""
        self.submitting = asyncio.Lock()
        self.draining = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Open the store, and begin."""
        await self.distributor.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hand nothing out any more, save everything, and close the store."""
        self.drain()
        await self.distributor.stop()

    def drain(self) -> None:
        """Hand nothing out any more, and let go all who wait: they will find the next service."""
        if not self.draining.is_set():
            self.draining.set()
            self.events.close()
            self.distributor.stop_handing_out()
