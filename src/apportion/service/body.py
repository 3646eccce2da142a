"""Reads a request's body, up to its limit and no further, and not for ever."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from apportion.service.problems import ProblemError
from apportion.service.room import Room
from apportion.wire.limits import BODY, KIB, MIB

BODY_SECONDS = 30.0
"""Within which a body has to be there."""

WAIT_SECONDS = 10.0
"""How long a large one waits for room."""

AT_ONCE = 8 * MIB
"""Bytes of large bodies that come in at one moment, all together. A larger one comes in alone."""

SMALL = 32 * KIB
"""Bytes that cost nobody's room: about as much as a connection holds anyway."""


class BodyReader:
    """Reads bodies. What all of them together hold of the memory while they come in is bounded."""

    def __init__(self, seconds: float = BODY_SECONDS, wait: float = WAIT_SECONDS, at_once: int = AT_ONCE) -> None:
        self._seconds = seconds
        self._wait = wait
        self._at_once = at_once
        self.room = Room(at_once)

    async def read(
        self, request: Request, limit: int = BODY, list_limit: int | None = None, *, required: bool = True
    ) -> bytes:
        """Return the body of a request.

        Args:
            request: whose.
            limit: bytes.
            list_limit: bytes of a body that is a list; None: as ``limit``.
            required: whether there has to be one; else none is empty.

        Raises:
            ProblemError: it is missing, too large or too slow, or too much is coming in at this moment. Of a large one
                no more is kept than its limit.
        """
        most = max(limit, list_limit or 0)
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and (len(declared) > 12 or int(declared) > most):
            raise _too_large(most)
        body = _Body(limit, limit if list_limit is None else most, int(declared) if declared.isdigit() else None)
        try:
            async with asyncio.timeout(self._seconds):
                async for piece in request.stream():
                    if body.add(piece):
                        await self._make_room(body)
        except TimeoutError as late:
            raise ProblemError(408, f"the body was not there within {self._seconds:g} s", field="body") from late
        finally:
            self.room.give(body.room)
        if required and not body.size:
            raise ProblemError(422, "a body is required and missing", field="body", remedy="send a JSON document")
        return body.whole()

    async def _make_room(self, body: _Body) -> None:
        wanted = min(body.expected, self._at_once)
        try:
            async with asyncio.timeout(self._wait):
                await self.room.take(wanted)
        except TimeoutError as full:
            problem = "too many large bodies come in at this moment"
            raise ProblemError(503, problem, retry_after=1.0, remedy="nothing was accepted; try again") from full
        body.room = wanted


class _Body:
    """What has come of a body.

    Attributes:
        size: bytes that have come.
        room: bytes of room that it has.
    """

    def __init__(self, limit: int, list_limit: int, declared: int | None) -> None:
        self._limit = limit
        self._list_limit = list_limit
        self._declared = declared
        self._pieces: list[bytes] = []
        self.size = 0
        self.room = 0

    @property
    def expected(self) -> int:
        """How many bytes it may become."""
        return self._limit if self._declared is None else min(self._limit, self._declared)

    def add(self, piece: bytes) -> bool:
        """Take a piece in, and return whether room is needed for the rest.

        Raises:
            ProblemError: it is too large.
        """
        if not self.size and piece.lstrip()[:1] == b"[":
            self._limit = self._list_limit
        self.size += len(piece)
        if self.size > self._limit:
            raise _too_large(self._limit)
        self._pieces.append(piece)
        return self.size > SMALL and not self.room and self.expected > self.size

    def whole(self) -> bytes:
        """Return all of it."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)


def require_value(field: str, raw: Any, limit: int) -> None:
    """Refuse a payload or a result that is too large.

    Raises:
        ProblemError: it is.
    """
    if len(raw) > limit:
        detail = f"{field} has {len(raw)} bytes as JSON, above the limit of {limit}"
        raise ProblemError(413, detail, field=field, remedy="keep large data elsewhere, and send where it is")


def _too_large(limit: int) -> ProblemError:
    detail = f"the body is above the limit of {limit / MIB:g} MiB"
    return ProblemError(413, detail, field="body", remedy="send less, or a list of tasks in several parts")
