"""Reads a request's body, up to its limit and no further."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from apportion.service.problems import ProblemError
from apportion.service.route import Route
from apportion.wire.limits import MIB


async def read_body(request: Request, route: Route) -> bytes:
    """Return the body of a request.

    Raises:
        ProblemError: it is missing or too large; of a large one no more is kept than its limit.
    """
    limit = most = max(route.body_limit, route.list_limit or 0)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > 12 or int(declared) > most):
        raise _too_large(most)
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        if not size and route.list_limit is not None:
            limit = most if piece.lstrip()[:1] == b"[" else route.body_limit
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        pieces.append(piece)
    if not size:
        raise ProblemError(422, "a body is required and missing", field="body", remedy="send a JSON document")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


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
