"""Errors as problem documents: the status by whose doing it was, the field, and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from apportion.errors import (
    ApportionError,
    CallerError,
    DuplicateError,
    FieldError,
    FieldTypeError,
    NotRunningError,
    QueueFullError,
    StoreError,
    StoreFullError,
    TaskConflictError,
    UnknownStrategyError,
    UnknownTaskError,
    UnknownWorkerError,
)
from apportion.service.known_fields import nearest_field
from apportion.wire.problem import QUEUE_FULL, Problem

_TITLES = {
    400: "Bad request",
    401: "No valid token",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    421: "Misdirected request",
    422: "Not acceptable as it is",
    429: QUEUE_FULL,
    500: "Internal error",
    503: "Not now",
}

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<place>\$?(?:key in )?[^`]*)`)?$", re.DOTALL)


class ProblemError(ApportionError):
    """A request is refused by the service itself.

    Attributes:
        problem: what is answered.
    """

    def __init__(self, status: int, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.problem = problem(status, detail, **members)


def problem(status: int, detail: str, title: str | None = None, **members: Any) -> Problem:
    """Return a problem document; without a title of its own, with that of its status."""
    return Problem(title or _TITLES.get(status, "Error"), status, detail, **members)


def problem_of(error: Exception, wanted: Iterable[Any] = ()) -> Problem:
    """Return the problem document for an error; what nobody foresaw is 500 and says nothing of its insides.

    Args:
        error: what happened.
        wanted: the types of the body and the query, for who misspelled a field of theirs.
    """
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, msgspec.DecodeError | msgspec.ValidationError):
        return _of_decoding(error, wanted)
    if isinstance(error, FieldError | FieldTypeError):
        return problem(422, str(error), field=error.field, remedy="mend the field")
    if isinstance(error, UnknownTaskError | UnknownWorkerError):
        return problem(404, str(error))
    if isinstance(error, TaskConflictError):
        return problem(409, str(error), state=error.state)
    if isinstance(error, DuplicateError):
        return problem(409, str(error), field="id")
    if isinstance(error, QueueFullError):
        return problem(429, str(error), retry_after=error.retry_after, remedy="try again after that many seconds")
    if isinstance(error, UnknownStrategyError):
        return problem(422, str(error), field="name", remedy="name one of these")
    if isinstance(error, CallerError) and not isinstance(error, NotRunningError):
        return problem(422, str(error))
    if isinstance(error, StoreFullError | StoreError | NotRunningError):
        return problem(503, str(error), retry_after=1.0, remedy="nothing was accepted; try again")
    if isinstance(error, RecursionError):
        return problem(422, "the body is nested too deeply", field="body")
    return problem(500, "the service failed on this request; its log says why")


def _of_decoding(error: Exception, wanted: Iterable[Any]) -> Problem:
    """Say where in the body or query something is wrong."""
    found = _PLACE.match(str(error))
    what, place = (str(error), None) if found is None else (found["what"], found["place"])
    unknown = re.search(r"(?:unknown|missing required) field `([^`]+)`", what)
    field = (place or "").removeprefix("$").removeprefix(".")
    if unknown is not None:
        what += nearest_field(wanted, place or "", unknown[1]) if what.startswith("Object contains unknown") else ""
        field = f"{field}.{unknown[1]}".removeprefix(".")
    remedy = "see /openapi.json for what is allowed"
    return problem(422, what, field=field or "body", remedy=remedy)
