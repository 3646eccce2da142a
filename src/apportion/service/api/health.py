"""Whether the service lives, whether it is ready, and its metrics."""

from __future__ import annotations

from starlette.responses import Response

from apportion.clock import wall_clock
from apportion.service.exposition import MEDIA_TYPE, exposition
from apportion.service.problems import ProblemError
from apportion.service.readings import read
from apportion.service.route import EVERYBODY, WATCHERS, Asked, Reply, Route
from apportion.service.service import Service
from apportion.wire.deciding import Health


async def alive(service: Service, asked: Asked) -> Reply:
    """Say that it lives."""
    return Reply(200, Health("draining" if service.draining.is_set() else "ok"))


async def ready(service: Service, asked: Asked) -> Reply:
    """Say whether it takes tasks and hands them out; this asks the store."""
    if service.draining.is_set():
        raise ProblemError(503, "the service is draining", remedy="ask another, or again after the restart")
    await service.distributor.counts()
    return Reply(200, Health("ok"))


async def metrics(service: Service, asked: Asked) -> Response:
    """Show Prometheus metrics."""
    readings = read(service.distributor, service.board.watch.breakdown, wall_clock())
    return Response(exposition(service.meter, readings), 200, None, MEDIA_TYPE)


ROUTES = (
    Route("GET", "/healthz", alive, EVERYBODY, "Liveness", {200: Health}),
    Route("GET", "/readyz", ready, EVERYBODY, "Readiness", {200: Health}),
    Route("GET", "/metrics", metrics, WATCHERS, "Prometheus metrics", {200: str}, media_type="text/plain"),
)
