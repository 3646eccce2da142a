"""Event streams that go on where they were left when the connection breaks or the service is restarted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Self

import httpx

from apportion.sdk.events import Event, EventReader
from apportion.sdk.problems import error_of
from apportion.sdk.question import Question
from apportion.sdk.talk import Reply, Request, Talk
from apportion.sdk.transport import AsyncTransport, BlockingTransport, reply_of

EVENTS = "/v1/events"
OVERVIEW = "/v1/overview/live"

_SILENCE = 45.0
"""Seconds without a byte after which a stream counts as broken; the service says something every 15."""


def _opening(question: Question, last: str | None, path: str = EVENTS) -> Talk[None]:
    headers = {} if last is None else {"Last-Event-ID": last}
    request = Request("GET", path, timeout=_SILENCE, headers=headers)
    reply = yield from question.asking.ask(request)
    if reply.status != 200:
        raise error_of(reply, request, question.url)


class EventStream:
    """What happens, from the moment at which it is entered on, or after the event that was seen last.

    ::

        with client.events() as events:
            for event in events:
                print(event.kind, event.data)

    Args:
        transport: of the client.
        question: how patient it is.
        last: the id of the last event that was seen, or None.

    Raises:
        NotAllowedError: by entering it: a token is wanted that may watch.
        ServiceUnavailableError: by entering it or by going on: the service is away for longer than its patience.
    """

    def __init__(self, transport: BlockingTransport, question: Question, last: str | None) -> None:
        self._transport = transport
        self._question = question
        self._reader = EventReader(last)
        self._response: httpx.Response | None = None
        self._lines: Iterator[str] = iter(())

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        self.close()

    def close(self) -> None:
        """Listen no more."""
        if self._response is not None:
            self._response.close()

    def __iter__(self) -> Iterator[Event]:
        """Return the events that come; it never ends by itself."""
        while True:
            try:
                for line in self._lines:
                    event = self._reader.read(line)
                    if event is not None:
                        yield event
            except httpx.TransportError:
                pass
            self._connect()

    def _connect(self) -> None:
        self.close()
        self._reader.broken()
        self._transport.run(_opening(self._question, self._reader.last), self._send)

    def _send(self, request: Request) -> Reply:
        response = self._transport.http.send(self._transport.built(request), stream=True)
        if response.status_code != 200:
            response.read()
            return reply_of(response)
        self._response, self._lines = response, response.iter_lines()
        return Reply(200, b"")


class AsyncEventStream:
    """`EventStream` with ``async with`` and ``async for``.

    Args:
        transport: of the client.
        question: how patient it is.
        last: the id of the last event that was seen, or None.
        path: what is followed: everything that happens, or the overview.
    """

    def __init__(
        self, transport: AsyncTransport, question: Question, last: str | None = None, path: str = EVENTS
    ) -> None:
        self._path = path
        self._transport = transport
        self._question = question
        self._reader = EventReader(last)
        self._response: httpx.Response | None = None
        self._lines: AsyncIterator[str] | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        await self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        await self.close()

    async def close(self) -> None:
        """Listen no more."""
        if self._response is not None:
            await self._response.aclose()

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Return the events that come; it never ends by itself."""
        while True:
            assert self._lines is not None, "enter it first"
            try:
                async for line in self._lines:
                    event = self._reader.read(line)
                    if event is not None:
                        yield event
            except httpx.TransportError:
                pass
            await self._connect()

    async def _connect(self) -> None:
        await self.close()
        self._reader.broken()
        await self._transport.run(_opening(self._question, self._reader.last, self._path), self._send)

    async def _send(self, request: Request) -> Reply:
        response = await self._transport.http.send(self._transport.built(request), stream=True)
        if response.status_code != 200:
            await response.aread()
            return reply_of(response)
        self._response, self._lines = response, response.aiter_lines()
        return Reply(200, b"")
