"""The service's middle: one distributor, what is known of its past, and its end."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from apportion.assemble import access_opener
from apportion.clock import monotonic_clock, wall_clock
from apportion.errors import ConfigurationError
from apportion.metrics.counting import Counting
from apportion.metrics.meter import Meter
from apportion.metrics.table import REFUSALS
from apportion.service import journal
from apportion.service.access.access import Access
from apportion.service.access.turns import Turns
from apportion.service.access.wrong_tokens import WrongTokens
from apportion.service.body import BodyReader
from apportion.service.event_log import EventLog
from apportion.service.overview.board import Board
from apportion.service.problems import problem
from apportion.service.service_distributor import ServiceDistributor
from apportion.service.settings import ServiceSettings, make_token
from apportion.service.taking import Taking
from apportion.service.tracing import open_tracing


class Service:
    """What the calls work with.

    Attributes:
        settings: how it is set up.
        distributor: does the work.
        events: what happened.
        meter: what was counted of it.
        board: what is shown of it at a glance.
        taking: holds ids and keys that tasks bring themselves, while these are looked up and written.
        access: who may call; there once the service is open.
        turns: lets requests in at the pace of their senders; None: as they come.
        bodies: reads what is sent.
        schema: the OpenAPI document of its calls.
        draining: set once nothing new is handed out.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.events = EventLog(f"{int(wall_clock() * 1000):x}")
        self.meter = Meter()
        self.meter.add(REFUSALS, "429", problem(429, "").title, amount=0.0)  # seen before it grows
        self.draining = asyncio.Event()
        self.board = Board(self.meter, self.draining.is_set)
        self._tracing = open_tracing()
        observers = [self.events.add, Counting(self.meter).note, self.board.note, journal.note]
        if self._tracing is not None:
            observers.append(self._tracing.note)
        self.distributor: ServiceDistributor = ServiceDistributor.open(
            settings.store,
            config=settings.runtime,
            strategy=settings.strategy,
            observers=observers,
        )
        self.distributor.when_opened(self.board.watch.start)
        self._open_access = access_opener(settings.store)
        self._watching: asyncio.Task[None] | None = None
        self.bodies = BodyReader()
        self.schema = b""
        self.taking = Taking()
        self.turns = Turns(settings.max_requests, monotonic_clock) if settings.max_requests else None

    async def __aenter__(self) -> Self:
        """Open the store, and begin.

        Raises:
            StoreError: it cannot be opened.
            ConfigurationError: others could reach the service, and there is no token by which to know them.
        """
        most = self.settings.max_wrong_tokens
        self.access = Access(self._open_access(), wall_clock, WrongTokens(most, monotonic_clock) if most else None)
        try:
            _require_token(self.settings, self.access)
            await self.distributor.__aenter__()
        except BaseException:
            self.access.book.close()
            raise
        self._watching = asyncio.create_task(self.access.watch())
        self.board.open(self.distributor)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hand nothing out any more, save everything, and close the store."""
        self.drain()
        await self.board.close()
        await self.distributor.stop()
        if self._tracing is not None:
            await asyncio.to_thread(self._tracing.close)
        if self._watching is not None:
            self._watching.cancel()
        self.access.book.close()

    def drain(self) -> None:
        """Hand nothing out any more, and let go all who wait: they will find the next service."""
        if not self.draining.is_set():
            self.draining.set()
            self.events.close()
            self.board.live.close()
            self.distributor.stop_handing_out()


def _require_token(settings: ServiceSettings, access: Access) -> None:
    if settings.exposed and not access.guarded:
        where = "behind a proxy" if settings.behind_proxy else f"--host {settings.host}"
        raise ConfigurationError(
            f"{where}: without a token the service is for this machine's loopback alone; make one first: "
            f"{make_token(settings.store)}"
        )
