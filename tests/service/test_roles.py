"""Roles x routes x methods, made from the routes themselves: every cell is as declared."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from starlette.routing import compile_path

from apportion.model.token import ADMIN, CLIENT, ROLES, VIEWER, WORKER
from apportion.service.app import build_app
from apportion.service.openapi import plain_path
from apportion.service.origin import SAFE
from apportion.service.route import EVERYBODY, Reply
from apportion.service.routes import ROUTES
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings
from tests.service.tokens import WRONG, bearer, make_token

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
OWN_PAGE = {"Origin": "http://127.0.0.1:8620"}


async def _reached(service, asked):
    return Reply(200, asked.caller.role)


@pytest.fixture
async def service(tmp_path):
    """A service that takes it calmly how many wrong tokens come."""
    async with Service(ServiceSettings(store=str(tmp_path / "tasks.db"), max_wrong_tokens=0)) as opened:
        yield opened


@pytest.fixture
async def gates(service):
    """The routes as they are declared, each with something behind it that only says that it was reached."""
    routes = [replace(route, handle=_reached, body=None, query=None, act="") for route in ROUTES]
    transport = httpx.ASGITransport(build_app(service, routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8620") as made:
        yield made


@pytest.fixture
def tokens(service):
    return {role: make_token(service, role) for role in ROLES}


@pytest.fixture
def void(service):
    """What shows nobody, each as headers."""
    revoked = make_token(service, ADMIN, revoked=True)
    good = make_token(service, ADMIN)
    cut, stretched = good[:-1], f"{good}x"
    headers = [bearer(each) for each in (WRONG, make_token(service, ADMIN, lifetime=-1.0), revoked, cut, stretched)]
    headers += [
        {"Authorization": each} for each in ("", "Bearer", "Bearer ", f"Basic {good}", good, f"Bearer {good} x")
    ]
    return [{}, *headers, {"Cookie": f"apportion_session={good}"}, {"Cookie": "apportion_session=x"}]


def cells():
    paths = {plain_path(route.path).replace("{id}", "x").replace("{name}", "x") for route in ROUTES}
    return [(method, path) for path in sorted(paths) for method in METHODS]


def declared(method, path):
    """Return the first route that this address and method are those of; an id may hold slashes."""
    wanted = "GET" if method == "HEAD" else method
    found = (route for route in ROUTES if route.method == wanted and compile_path(route.path)[0].match(path))
    return next(found, None)


async def test_every_role_may_do_what_is_declared_and_nothing_else(gates, tokens):
    for role, token in tokens.items():
        for method, path in cells():
            route = declared(method, path)
            reply = await gates.request(method, path, headers=bearer(token))
            wanted = 405 if route is None else 200 if route.roles & {role, *EVERYBODY} else 403
            assert reply.status_code == wanted, (role, method, path)


async def test_who_shows_nothing_valid_reaches_nothing(gates, tokens, void):
    for headers in void:
        for method, path in cells():
            route = declared(method, path)
            reply = await gates.request(method, path, headers=headers)
            wanted = 405 if route is None else 200 if route.roles == EVERYBODY else 401
            assert reply.status_code == wanted, (headers, method, path)
            if wanted == 401 and method != "HEAD":
                assert reply.headers["www-authenticate"].startswith("Bearer")
                assert reply.headers["content-type"] == "application/problem+json"


async def test_a_session_may_do_what_its_token_may(gates, client, tokens):
    for role, token in tokens.items():
        session = (await client.post("/v1/session", headers=bearer(token))).headers["set-cookie"].partition(";")[0]
        client.cookies.clear()
        for method, path in cells():
            route = declared(method, path)
            reply = await gates.request(method, path, headers={"Cookie": session, **OWN_PAGE})
            wanted = 405 if route is None else 200 if route.roles & {role, *EVERYBODY} else 403
            assert reply.status_code == wanted, (role, method, path)
            if wanted == 200 and method not in SAFE and route.roles != EVERYBODY:
                reply = await gates.request(method, path, headers={"Cookie": session})
                assert reply.status_code == 403, "a cookie alone does not say whose page it is"


def test_the_roles_are_those_of_the_table():
    needs_none = {(route.method, route.path) for route in ROUTES if route.roles == EVERYBODY}
    assert needs_none == {("GET", "/healthz"), ("GET", "/readyz")}
    for route in ROUTES:
        if route.roles == EVERYBODY:
            continue
        what = (route.method, route.path)
        assert ADMIN in route.roles, what
        if VIEWER in route.roles:
            assert route.method == "GET" or route.path in {"/v1/explain", "/v1/session", "/v1/tasks/wait"}, what
        if CLIENT in route.roles:
            assert not route.path.startswith(("/v1/workers", "/v1/strategy", "/v1/recommendations", "/metrics")), what
        if WORKER in route.roles:
            own = route.path.startswith("/v1/workers") or route.path.endswith(("/complete", "/release"))
            assert own or route.path == "/v1/session", what
    readers = {route.path for route in ROUTES if route.method == "GET" and VIEWER in route.roles}
    assert {"/metrics", "/docs", "/v1/events", "/v1/tasks", "/v1/workers", "/v1/strategy"} <= readers
