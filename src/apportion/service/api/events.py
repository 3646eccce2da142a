"""Everything that happens, live, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from apportion.service.event_log import EventLog
from apportion.service.route import READERS, Asked, Route
from apportion.service.service import Service

_LOOKS_EVERY = 1.0
"""Seconds after which a stream ends at the latest whose token has become void."""

_ALIVE_EVERY = 15
"""Looks without an event after which the connection is shown to be alive."""


async def stream_events(service: Service, asked: Asked) -> Response:
    """Send what happens from now on, or after the event that the client saw last; a client gets its tenant's alone."""
    log = service.events
    last = asked.request.headers.get("last-event-id")
    start = log.next if last is None else log.place_of(last)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(log, start, asked.caller.tenant, service.access.lapse(asked.caller))
    return StreamingResponse(stream, 200, headers, "text/event-stream")


async def _stream(
    log: EventLog, start: int | None, tenant: str | None, lapse: asyncio.Future[None]
) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    number, quiet = start, 0
    try:
        while not (log.closed or lapse.done()):
            if number is None or not log.reaches(number):
                yield log.reset()
                number = log.next
            elif await log.wait(number, _LOOKS_EVERY):
                if log.reaches(number) and not lapse.done():
                    said, number = log.read(number, tenant)
                    quiet = 0
                    yield said
            else:
                quiet += 1
                if quiet % _ALIVE_EVERY == 0:
                    yield b": alive\n\n"
    finally:
        lapse.cancel()


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
