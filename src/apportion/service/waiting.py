"""Waits for an answer, for the end of the request, or for that of the service, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import Request

from apportion.service.service import Service

T = TypeVar("T")


async def first_of(service: Service, request: Request, answer: Awaitable[T]) -> T | None:
    """Return the answer; None, and the answer is cancelled, where the client has gone or the service drains."""
    waiting = asyncio.ensure_future(answer)
    gone = asyncio.ensure_future(hang_up(request))
    draining = asyncio.ensure_future(service.draining.wait())
    try:
        await asyncio.wait({waiting, gone, draining}, return_when=asyncio.FIRST_COMPLETED)
        return waiting.result() if waiting.done() else None
    finally:
        for each in (waiting, gone, draining):
            each.cancel()


async def hang_up(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
