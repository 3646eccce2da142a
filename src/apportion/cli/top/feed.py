"""What the view is fed with: one stream of overviews, and lists that are fetched after each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from apportion.wire.overview import Overview, SeriesView
from apportion.wire.tasks import TaskPage
from apportion.wire.workers import WorkerList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from apportion.client import AsyncClient, TaskView

ROWS = 200
"""Lines of a list that are fetched; with more workers or tasks, sorting and filtering find the interesting ones."""

STEPS = 180
"""Steps of time that are kept, for the widest of terminals."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the lists is looked at.

    Attributes:
        sort: what workers are sorted by.
        search: only workers whose id, kind or region contains this.
        state: only tasks in this state.
    """

    sort: str = "load"
    search: str = ""
    state: str = "assigned"


class Feed:
    """Asks a service.

    Args:
        client: open for as long as this is used.
    """

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._done: dict[int, int] = {}

    async def overviews(self) -> AsyncIterator[Overview]:
        """Yield the overview, as it is and after each change; what has been done in each step is kept.

        Raises:
            ServiceUnavailableError: the service is away for longer than the client's patience.
            NotAllowedError: a token is wanted that may watch.
        """
        async with self._client.overviews() as stream:
            async for event in stream:
                if event.kind == "overview":
                    overview = msgspec.convert(event.data, Overview)
                    self._keep(overview.series)
                    yield overview

    def _keep(self, series: SeriesView) -> None:
        self._done.update(zip(series.at, series.succeeded, strict=True))
        for old in sorted(self._done)[:-STEPS]:
            del self._done[old]

    @property
    def done(self) -> list[int]:
        """How many tasks succeeded in each step of time, oldest first; the last one is under way."""
        return [self._done[at] for at in sorted(self._done)]

    async def workers(self, choice: Choice) -> WorkerList:
        """Return the workers that are looked at, and how many there are."""
        descending = choice.sort not in {"id", "success"}
        query = {"sort": choice.sort, "descending": str(descending).lower(), "limit": str(ROWS)}
        if choice.search:
            query["search"] = choice.search
        return await self._client.run(self._client.calls.fetch(("workers",), WorkerList, query))

    async def tasks(self, state: str, limit: int = ROWS) -> list[TaskView]:
        """Return tasks in a state, newest first, without what they carry."""
        query = {"state": state, "newest_first": "true", "brief": "true", "limit": str(limit)}
        return (await self._client.run(self._client.calls.fetch(("tasks",), TaskPage, query))).items
