"""Everything that happens, live, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from apportion.service.event_log import EventLog
from apportion.service.route import READERS, Asked, Route
from apportion.service.service import Service

_ALIVE_EVERY = 15.0


async def stream_events(service: Service, asked: Asked) -> Response:
    """Send what happens from now on, or after the event that the client saw last; a client gets its tenant's alone."""
    log = service.events
    last = asked.request.headers.get("last-event-id")
    start = log.next if last is None else log.place_of(last)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(log, start, asked.caller.tenant), 200, headers, "text/event-stream")


async def _stream(log: EventLog, start: int | None, tenant: str | None) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    number = start
    while not log.closed:
        if number is None or not log.reaches(number):
            yield log.reset()
            number = log.next
        elif await log.wait(number, _ALIVE_EVERY):
            if log.reaches(number):
                said, number = log.read(number, tenant)
                yield said
        else:
            yield b": alive\n\n"


ROUTES = (
    Route(
        "GET",
        "/v1/events",
        stream_events,
        READERS,
        "Server-sent events; resumes after Last-Event-ID, or answers reset where that is too long ago",
        {200: str},
        media_type="text/event-stream",
    ),
)
