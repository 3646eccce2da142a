"""One declaration for each call: how it is reached, who may call it, what goes in and what comes out.

The router, the checks and the OpenAPI document are all made from these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from apportion.model.token import ADMIN, CLIENT, VIEWER, WORKER
from apportion.service.access.caller import Caller
from apportion.service.service import Service
from apportion.wire.limits import BODY

ANYBODY = "anybody"
"""Beside the roles of tokens: who needs no token, ever."""

READERS = frozenset({ADMIN, VIEWER, CLIENT})
CLIENTS = frozenset({ADMIN, CLIENT})
WORKERS = frozenset({ADMIN, WORKER})
WATCHERS = frozenset({ADMIN, VIEWER})
ADMINS = frozenset({ADMIN})
KNOWN = frozenset({ADMIN, VIEWER, CLIENT, WORKER})
EVERYBODY = frozenset({ANYBODY})


@dataclass(slots=True)
class Asked:
    """One request, read and checked.

    Attributes:
        path: the parameters in the address.
        body: what the route declares as its body.
        query: what the route declares as its query.
        request: the request itself, for those who need its headers or wait for its end.
        caller: who asks, and whom he may see and act for. That his role allows the call has been checked.
    """

    path: Mapping[str, str]
    body: Any
    query: Any
    request: Request
    caller: Caller


@dataclass(slots=True)
class Reply:
    """What is answered: a status, and a value of the type that is declared for it."""

    status: int
    value: Any
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class OneOf:
    """An answer that is of one of several types."""

    types: tuple[Any, ...]


Handler = Callable[[Service, Asked], Awaitable[Reply | Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """The declaration of a call.

    Attributes:
        method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path: with parameters in braces.
        handle: does it.
        roles: who may call it; there is no route without.
        summary: one line for the schema.
        answers: status -> type of the answer, or `OneOf` several; problems are not listed.
        body: type of the body, or None.
        body_required: whether there has to be one.
        query: type of the query, or None.
        body_limit: bytes.
        list_limit: bytes of a body that is a list; None: as ``body_limit``.
        media_type: of an answer that is no JSON.
        form: whether its body may be a form instead that holds the token, from the login page: `handle` looks at it.
        act: what the audit log calls it; "": it is not for the audit log. Only what administrators do is written there.
    """

    method: str
    path: str
    handle: Handler
    roles: frozenset[str]
    summary: str
    answers: Mapping[int, Any]
    body: Any = None
    body_required: bool = True
    query: type[Struct] | None = None
    body_limit: int = BODY
    list_limit: int | None = None
    media_type: str = "application/json"
    form: bool = False
    act: str = ""

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError(f"{self.method} {self.path}: a route without a declared role does not exist")
