"""What whoever is on call looks at: the overview, once or live, and the last decisions."""

from __future__ import annotations

from starlette.responses import Response, StreamingResponse

from apportion.service.overview.board import encoded
from apportion.service.route import WATCHERS, Asked, Reply, Route
from apportion.service.service import Service
from apportion.wire.overview import DecisionQuery, Decisions, Overview, OverviewQuery


async def show_overview(service: Service, asked: Asked) -> Reply:
    """Show everything at a glance."""
    return Reply(200, await service.board.overview(service.distributor, asked.query))


async def follow_overview(service: Service, asked: Asked) -> Response:
    """Show everything at a glance, and again whenever it changes, at most once a second."""
    board = service.board
    first = encoded(await board.overview(service.distributor, asked.query))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(board.live.read(first), 200, headers, "text/event-stream")


async def show_decisions(service: Service, asked: Asked) -> Reply:
    """Show the last decisions."""
    query: DecisionQuery = asked.query
    return Reply(200, Decisions(service.board.watch.decisions(query.limit, query.task_type, query.worker)))


ROUTES = (
    Route("GET", "/v1/overview", show_overview, WATCHERS, "At a glance", {200: Overview}, query=OverviewQuery),
    Route(
        "GET",
        "/v1/overview/live",
        follow_overview,
        WATCHERS,
        "At a glance, and again after each change, with the newest steps only: server-sent events",
        {200: str},
        query=OverviewQuery,
        media_type="text/event-stream",
    ),
    Route(
        "GET", "/v1/decisions", show_decisions, WATCHERS, "The last decisions", {200: Decisions}, query=DecisionQuery
    ),
)
