"""One message for all who look: a stream that skips what a slow reader has missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

_ALIVE_EVERY = 15.0


class Live:
    """Hands the newest message to everybody who reads.

    Attributes:
        readers: how many read.
    """

    def __init__(self) -> None:
        self.readers = 0
        self._number = 0
        self._message = b""
        self._news = asyncio.Event()
        self._closed = False

    def publish(self, message: bytes) -> None:
        """Let everybody have a message."""
        self._number += 1
        self._message = message
        self._wake()

    def close(self) -> None:
        """Let everybody go."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        waiting, self._news = self._news, asyncio.Event()
        waiting.set()

    async def read(self, first: bytes) -> AsyncIterator[bytes]:
        """Give what is published from now on, as server-sent events, after a first message."""
        self.readers += 1
        seen = self._number
        try:
            yield b"retry: 1000\n\n" + as_event(first)
            while not self._closed:
                if self._number == seen:
                    news = self._news
                    try:
                        async with asyncio.timeout(_ALIVE_EVERY):
                            await news.wait()
                    except TimeoutError:
                        yield b": alive\n\n"
                    continue
                seen = self._number
                yield as_event(self._message)
        finally:
            self.readers -= 1


def as_event(message: bytes) -> bytes:
    """Return a message as a server-sent event."""
    return b"event: overview\ndata: " + message + b"\n\n"
