"""One connection: uvicorn's, with limits for what comes before a request's body. What comes slowly ends."""

from __future__ import annotations

import asyncio
import resource
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
"""Within which the line and the headers of a request have to be there, from the connection or the last answer on."""

HEAD_LIMIT: Final = 32 * 1024
"""Bytes of them; a piece that arrives at once and is whole may be longer."""

READ_AT_ONCE: Final = 32 * 1024
"""Bytes that are read at once, and kept before somebody wants them: what each of many connections may cost."""

_KEPT_FREE: Final = 128
"""Open files that are not for connections."""

_TOO_LONG: Final = b'{"title":"Too large","status":431,"detail":"the headers are above the limit"}'
_NO_HTTP: Final = b'{"title":"Bad request","status":400,"detail":"this is no HTTP request"}'


def most_connections() -> int:
    """Return how many connections may be open at once, by how many files this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(16, soft - _KEPT_FREE)


class Connection(HttpToolsProtocol):
    """Speaks HTTP with one client."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._most = most_connections()
        self._in_head = False
        self._head_size = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many already."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):  # asyncio's own reads 256 KiB
            transport.max_size = READ_AT_ONCE  # pyright: ignore[reportAttributeAccessIssue]
        if len(self.connections) > self._most:
            transport.abort()
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in a piece."""
        super().data_received(data)
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > HEAD_LIMIT and not self.transport.is_closing():
                self._refuse(b"431 Request Header Fields Too Large", _TOO_LONG)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(b"400 Bad Request", _NO_HTTP)

    def _refuse(self, status: bytes, problem: bytes) -> None:
        head = (
            b"HTTP/1.1 %b\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head % (status, len(problem)) + problem)
        self.transport.close()

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a piece of a body, and no more until it was wanted."""
        super().on_body(body)
        if len(self.cycle.body) >= READ_AT_ONCE and not self.cycle.response_complete:
            self.flow.pause_reading()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._expect_head()

    def _expect_head(self) -> None:
        self._stop_timer()
        self._in_head, self._head_size = True, 0
        if not self.transport.is_closing():
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
