"""Puts the calls together: routes, checks, answers and problem documents."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as StarletteRoute

from apportion.metrics.table import REFUSALS
from apportion.service.access.login import login_page
from apportion.service.admission import CHALLENGE, address_of, admit
from apportion.service.auditing import audited
from apportion.service.headers import SecurityHeaders
from apportion.service.openapi import document
from apportion.service.problems import problem, problem_of
from apportion.service.route import ANYBODY, Asked, Reply, Route
from apportion.service.routes import ROUTES
from apportion.service.service import Service
from apportion.service.waiting import while_allowed
from apportion.wire.problem import MEDIA_TYPE, Problem

_log = logging.getLogger("apportion.service")
_encode = msgspec.json.Encoder().encode

Endpoint = Callable[[Request], Awaitable[Response]]


def build_app(service: Service, routes: Sequence[Route] = ROUTES) -> Starlette:
    """Return the application of a service, which somebody else opens and closes."""
    service.schema = document(routes)

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = f"{error.detail}; /openapi.json lists all calls"
        return _answer_problem(service, problem(error.status_code, detail), dict(error.headers or {}))

    return Starlette(
        routes=[StarletteRoute(path, endpoint, methods=methods) for path, methods, endpoint in _table(service, routes)],
        exception_handlers={HTTPException: refused},
        middleware=[Middleware(SecurityHeaders)],
    )


def _table(service: Service, routes: Sequence[Route]) -> list[tuple[str, list[str], Endpoint]]:
    """Return one entry for each path, so that a wrong method on a known path is 405."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for route in routes:
        by_path.setdefault(route.path, {})[route.method] = _endpoint(service, route)
    return [(path, list(methods), _by_method(methods)) for path, methods in by_path.items()]


def _by_method(methods: dict[str, Endpoint]) -> Endpoint:
    if "GET" in methods:
        methods = {**methods, "HEAD": methods["GET"]}

    async def endpoint(request: Request) -> Response:
        return await methods[request.method](request)

    return endpoint


def _endpoint(service: Service, route: Route) -> Endpoint:
    decode = None if route.body is None else _decoder(route.body).decode

    async def endpoint(request: Request) -> Response:
        try:
            caller = admit(service, route, request)
            if service.turns is not None and ANYBODY not in route.roles:
                await service.turns.wait(caller.token or address_of(request))
            sent = b"" if decode is None else await _read(service, route, request)
            body = decode(sent) if decode is not None and sent else None
            query = None if route.query is None else _query(request, route.query)
            asked = Asked(request.path_params, body, query, request, caller)
            answer = await audited(service, route, asked)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is answered, and nobody is shown a trace
            return _refused(service, route, request, error)
        if isinstance(answer, Reply):
            return Response(_encode(answer.value), answer.status, dict(answer.headers), "application/json")
        if isinstance(answer, StreamingResponse):
            answer.body_iterator = while_allowed(service, asked, answer.body_iterator)
        return answer

    return endpoint


def _read(service: Service, route: Route, request: Request) -> Awaitable[bytes]:
    return service.bodies.read(request, route.body_limit, route.list_limit, required=route.body_required)


def _query(request: Request, wanted: type[msgspec.Struct]) -> msgspec.Struct:
    return msgspec.convert(dict(request.query_params), wanted, strict=False)


@cache
def _decoder(wanted: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)


def _refused(service: Service, route: Route, request: Request, error: Exception) -> Response:
    found = problem_of(error, [each for each in (route.body, route.query) if each is not None])
    if found.status == 500:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    answer = _answer_problem(service, found, {})
    if found.status == 401 and route.media_type == "text/html" and "text/html" in request.headers.get("accept", ""):
        return login_page("Log in to go on.")
    return answer


def _answer_problem(service: Service, found: Problem, headers: dict[str, str]) -> Response:
    service.meter.add(REFUSALS, str(found.status), found.title)
    if found.status == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    if found.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(found.retry_after)))
    return Response(_encode(found), found.status, headers, MEDIA_TYPE)
