"""Waits for an answer, for the end of the request, or for that of the service, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable
from typing import Any, TypeVar

from starlette.requests import Request

from apportion.service.problems import ProblemError
from apportion.service.route import Asked
from apportion.service.service import Service

T = TypeVar("T")


async def first_of(service: Service, asked: Asked, answer: Awaitable[T]) -> T | None:
    """Return the answer; None, and the answer is cancelled, where the client has gone or the service drains.

    Raises:
        ProblemError: the caller's token became void meanwhile.
    """
    waiting = asyncio.ensure_future(answer)
    gone = asyncio.ensure_future(hang_up(asked.request))
    draining = asyncio.ensure_future(service.draining.wait())
    lapse = service.access.lapse(asked.caller)
    try:
        ends: set[asyncio.Future[Any]] = {waiting, gone, draining, lapse}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        refuse_lapsed(lapse)
        return waiting.result() if waiting.done() else None
    finally:
        for each in (waiting, gone, draining, lapse):
            each.cancel()


def refuse_lapsed(lapse: asyncio.Future[None]) -> None:
    """Answer nothing more to whose token has become void.

    Raises:
        ProblemError: it has.
    """
    if lapse.done() and not lapse.cancelled():
        raise ProblemError(401, "the token is not valid any more")


async def while_allowed(service: Service, asked: Asked, stream: AsyncIterable[Any]) -> AsyncIterator[Any]:
    """Give a stream to a caller, to its end or that of his token."""
    lapse = service.access.lapse(asked.caller)
    parts = aiter(stream)
    try:
        while True:
            part = asyncio.ensure_future(_next_of(parts))
            try:
                await asyncio.wait({part, lapse}, return_when=asyncio.FIRST_COMPLETED)
                if lapse.done() or part.result() is None:
                    return
            finally:
                if part.cancel():
                    await asyncio.wait({part})
            yield part.result()
    finally:
        lapse.cancel()
        if isinstance(parts, AsyncGenerator):
            await parts.aclose()


async def _next_of(parts: AsyncIterator[Any]) -> Any:
    return await anext(parts, None)


async def hang_up(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
