"""Reads a request's body, up to its limit and no further, and not for ever."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from apportion.service.problems import ProblemError
from apportion.wire.limits import BODY, MIB

BODY_SECONDS = 30.0
"""Within which a body has to be there."""

AT_ONCE = 17 * MIB
"""Bytes of bodies that are being read at one moment, by all callers together: the largest, and one more."""


class BodyReader:
    """Reads bodies. What all of them together hold of the memory while they come in is bounded."""

    def __init__(self, seconds: float = BODY_SECONDS, at_once: int = AT_ONCE) -> None:
        self._seconds = seconds
        self._at_once = at_once
        self._held = 0

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
        pieces: list[bytes] = []
        try:
            async with asyncio.timeout(self._seconds):
                await self._collect(request, pieces, limit, most if list_limit is not None else limit)
        except TimeoutError as late:
            raise ProblemError(408, f"the body was not there within {self._seconds:g} s", field="body") from late
        finally:
            self._held -= sum(map(len, pieces))
        if not pieces and required:
            raise ProblemError(422, "a body is required and missing", field="body", remedy="send a JSON document")
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _collect(self, request: Request, pieces: list[bytes], limit: int, list_limit: int) -> None:
        size = 0
        async for piece in request.stream():
            if not piece:
                continue
            if not size and piece.lstrip()[:1] == b"[":
                limit = list_limit
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            if self._held + len(piece) > self._at_once:
                raise ProblemError(503, "too many large bodies at this moment", retry_after=1.0, remedy="try again")
            self._held += len(piece)
            pieces.append(piece)


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
