"""The board on the wall: looks around every second, answers what is asked, and tells those who follow live."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import version

import msgspec

from apportion.clock import wall_clock
from apportion.errors import ApportionError
from apportion.events import Fact
from apportion.metrics.meter import Meter
from apportion.metrics.table import REFUSALS
from apportion.model.lifecycle import TaskState
from apportion.service.overview.fleet import FleetGlance, glance_at
from apportion.service.overview.live import Live
from apportion.service.overview.problems import problems_of
from apportion.service.overview.series import STEP
from apportion.service.overview.situation import Situation
from apportion.service.overview.watch import Watch, oldest_wait
from apportion.service.service_distributor import ServiceDistributor
from apportion.wire.overview import Overview, OverviewQuery, QueueView, ServiceView, ShareView
from apportion.wire.problem import QUEUE_FULL

_EVERY = 1.0
_TOP = 20
_SHOWN_DECISIONS = 8
_LATELY = 300.0

_log = logging.getLogger("apportion.service")


class Board:
    """What is shown of a service.

    Args:
        meter: counts refusals.
        is_draining: whether the service ends.

    Attributes:
        watch: what happened so far.
        live: those who follow.
    """

    def __init__(self, meter: Meter, is_draining: Callable[[], bool]) -> None:
        self.watch = Watch()
        self.live = Live()
        self._meter = meter
        self._is_draining = is_draining
        self._started_at = wall_clock()
        self._happened = 0
        self._refused = 0
        self._looking: asyncio.Task[None] | None = None

    def note(self, fact: Fact) -> None:
        """Take in what has happened; an observer."""
        self._happened += 1
        self.watch.note(fact)

    # --- its life ---------------------------------------------------------------------------------------------------

    def open(self, distributor: ServiceDistributor) -> None:
        """Begin to look around."""
        self._looking = asyncio.get_running_loop().create_task(self._look_around(distributor), name="apportion-board")

    async def close(self) -> None:
        """Look no more, and let those go who follow."""
        self.live.close()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look_around(self, distributor: ServiceDistributor) -> None:
        told = (-1, 0)
        while True:
            await asyncio.sleep(_EVERY)
            try:
                self._look(distributor)
                news = (self._happened, int(wall_clock() // STEP))
                if self.live.readers and news != told:
                    told = news
                    query = OverviewQuery(since=wall_clock() - 2 * STEP)
                    self.live.publish(encoded(await self.overview(distributor, query)))
            except ApportionError as error:
                _log.warning("the overview lacks something for now: %s", error)

    def _look(self, distributor: ServiceDistributor) -> None:
        refused = sum(int(count) for labels, count in self._meter.series(REFUSALS) if labels[1] == QUEUE_FULL)
        self.watch.look(distributor, wall_clock(), refused - self._refused)
        self._refused = refused

    # --- what is asked ----------------------------------------------------------------------------------------------

    async def overview(self, distributor: ServiceDistributor, query: OverviewQuery) -> Overview:
        """Return everything at a glance."""
        counts = await distributor.counts()
        now = wall_clock()
        glance, oldest = glance_at(distributor), oldest_wait(distributor, now)
        watch = self.watch
        waiting, held = distributor.waiting_and_held()
        watch.series.level(now, waiting, held, 0)
        queue = QueueView(
            waiting,
            held,
            distributor.config.max_queued,
            oldest,
            [ShareView(each.name, each.waiting, each.held) for each in watch.breakdown.by_type(_TOP)],
            [ShareView(each.name, each.waiting, each.held) for each in watch.breakdown.by_tenant(_TOP)],
        )
        situation = self._situation(distributor, now, glance, oldest, counts[TaskState.FAILED])
        return Overview(
            at=now,
            happened=self._happened,
            service=self._service(distributor),
            tasks={state.value: number for state, number in counts.items()},
            queue=queue,
            fleet=glance.view,
            rates=situation.rates,
            problems=problems_of(situation),
            series=watch.series.since(now - query.span if query.since is None else query.since, now),
            decisions=watch.decisions(_SHOWN_DECISIONS),
        )

    def _service(self, distributor: ServiceDistributor) -> ServiceView:
        strategy = distributor.balancer.get_current_strategy()
        return ServiceView(_version(), self._started_at, self._is_draining(), strategy, distributor.config.order)

    def _situation(
        self, distributor: ServiceDistributor, now: float, glance: FleetGlance, oldest: float | None, dead: int
    ) -> Situation:
        watch = self.watch
        waiting, held = distributor.waiting_and_held()
        return Situation(
            now=now,
            waiting=waiting,
            held=held,
            limit=distributor.config.max_queued,
            oldest=oldest,
            levels=watch.series.levels(now, 120.0),
            rates=watch.series.rates(now),
            refused=watch.series.total("refused", now, _LATELY),
            dead=dead,
            fleet=glance,
            stuck=watch.stuck.lines(distributor),
            failing_types=watch.types.failing(now, least=5, share=0.3),
            failing_workers=watch.workers.failing(now, least=5, share=0.5),
            store=watch.store,
            strategy=watch.strategy,
            draining=self._is_draining(),
        )


def encoded(overview: Overview) -> bytes:
    """Return an overview as JSON."""
    return msgspec.json.encode(overview)


@cache
def _version() -> str:
    return version("apportion")
