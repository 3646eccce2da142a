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

from apportion.service.service import Service
from apportion.wire.limits import BODY

ADMIN, VIEWER, CLIENT, WORKER, ANYBODY = "admin", "viewer", "client", "worker", "anybody"
"""The roles. `ANYBODY` needs no token, ever."""

READERS = frozenset({ADMIN, VIEWER, CLIENT})
CLIENTS = frozenset({ADMIN, CLIENT})
WORKERS = frozenset({ADMIN, WORKER})
WATCHERS = frozenset({ADMIN, VIEWER})
ADMINS = frozenset({ADMIN})
EVERYBODY = frozenset({ANYBODY})


@dataclass(slots=True)
class Asked:
    """One request, read and checked.

    Attributes:
        path: the parameters in the address.
        body: what the route declares as its body.
        query: what the route declares as its query.
        request: the request itself, for those who need its headers or wait for its end.
    """

    path: Mapping[str, str]
    body: Any
    query: Any
    request: Request


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
        query: type of the query, or None.
        body_limit: bytes.
        list_limit: bytes of a body that is a list; None: as ``body_limit``.
        media_type: of an answer that is no JSON.
    """

    method: str
    path: str
    handle: Handler
    roles: frozenset[str]
    summary: str
    answers: Mapping[int, Any]
    body: Any = None
    query: type[Struct] | None = None
    body_limit: int = BODY
    list_limit: int | None = None
    media_type: str = "application/json"

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError(f"{self.method} {self.path}: a route without a declared role does not exist")
