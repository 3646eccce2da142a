"""From the service's refusals to the errors that the same mistake raises where everything runs in one process."""

from __future__ import annotations

import re
from typing import TypeVar
from urllib.parse import unquote

import msgspec

from apportion.errors import (
    ApportionError,
    DuplicateError,
    FieldError,
    NotAllowedError,
    QueueFullError,
    ServiceError,
    ServiceUnavailableError,
    TaskConflictError,
    UnknownTaskError,
    UnknownWorkerError,
)
from apportion.sdk.errors import RefusedError
from apportion.sdk.talk import Reply, Request
from apportion.wire.problem import TOO_MANY, TOO_MANY_WRONG, Problem

T = TypeVar("T")

_ID = re.compile(r"^/v1/(?P<noun>tasks|workers)/(?P<id>[^/]+)")
_NO_ROUTE = "Not Found;"
"""How a service begins that knows no such address; anything else that answers HTTP sends no problem document."""

_LIMIT = re.compile(r"limit of (\d+)")


def read(reply: Reply, shape: type[T], request: Request, url: str) -> T:
    """Return the answer's value.

    Raises:
        ApportionError: the service refused, or answered what no service does.
    """
    if reply.status >= 300:
        raise error_of(reply, request, url)
    try:
        return msgspec.json.decode(reply.body, type=shape)
    except msgspec.DecodeError as error:
        raise ServiceError(f"{url} answered {request.path} with what is no {shape.__name__}: {error}") from None


def problem_of(reply: Reply) -> Problem:
    """Return the problem document; of an answer that holds none (a proxy's), one that says what it is."""
    try:
        return msgspec.json.decode(reply.body, type=Problem)
    except msgspec.DecodeError:
        said = reply.body[:200].decode("utf-8", "replace").strip()
        return Problem("", reply.status, f"status {reply.status}: {said}" if said else f"status {reply.status}")


def error_of(reply: Reply, request: Request, url: str) -> ApportionError:
    """Return the error that a refusal stands for."""
    problem = problem_of(reply)
    status, detail, field = reply.status, problem.detail, problem.field
    named = _ID.match(request.path)
    noun, id = (named["noun"], unquote(named["id"])) if named else ("", "")
    if status in {401, 403} or problem.title == TOO_MANY_WRONG:
        return NotAllowedError(status, detail)
    if status == 404 and (not problem.title or detail.startswith(_NO_ROUTE)):
        remedy = "the address is that of the service alone, without a path, unless a proxy adds one"
        return RefusedError(status, f"{url}: what answers there knows no {request.path}; {remedy}")
    if status == 404 and noun:
        unknown = UnknownTaskError if noun == "tasks" else UnknownWorkerError
        return unknown(id, _after(detail, f"no {noun[:-1]} with the id {id!r}; "))
    if status == 409 and problem.state is not None:
        return TaskConflictError(id, problem.state, _after(detail, f"task {id!r} is {problem.state}: ") or detail)
    if status == 409 and field == "id":
        return DuplicateError("task", id or _quoted(detail))
    if status in {413, 422} and field is not None:
        return FieldError(field, _after(detail, f"{field}: ") or detail)
    if status == 429 and problem.title != TOO_MANY:
        limit = _LIMIT.search(detail)
        return QueueFullError(int(limit[1]) if limit else 0, problem.retry_after or reply.retry_after or 1.0)
    if status in {429, 502, 503, 504}:
        return ServiceUnavailableError(url, 1, detail)
    return RefusedError(status, detail) if status < 500 else ServiceError(f"{url}: {detail}")


def is_full(reply: Reply) -> bool:
    """Return whether what was submitted is refused since the queue is full."""
    return reply.status == 429 and problem_of(reply).title not in {TOO_MANY, TOO_MANY_WRONG}


def is_busy(reply: Reply) -> bool:
    """Return whether the service cannot answer now, and may a little later."""
    return reply.status in {502, 503, 504} or (reply.status == 429 and problem_of(reply).title == TOO_MANY)


def _after(text: str, beginning: str) -> str:
    return text[len(beginning) :] if text.startswith(beginning) else ""


def _quoted(text: str) -> str:
    found = re.search(r"'([^']*)'", text)
    return found[1] if found else ""
