"""Whatever is sent, the service answers with what it declares, and never with a fault of its own."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion.service.openapi import plain_path
from apportion.service.route import Route
from apportion.service.routes import ROUTES

UNSAFE = [route for route in ROUTES if route.body is not None]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
WORDS = """
task_type payload requirements id tenant max_attempts timeout delay capabilities complexity priority constraints
label operator value deadline max wait incarnation held task_id lease success result worker_id completions error
busy_for retry fault name state max_capacity labels kind
"""
NAMES = st.sampled_from(WORDS.split())
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=6).map(lambda body: json.dumps(body).encode()) | st.binary(max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(route=st.sampled_from(UNSAFE), body=BODIES, id=st.sampled_from(["w", "t", "a/b", "%", "\u00e9", ".."]))
async def test_any_body_is_answered(client, route: Route, body, id):
    await client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 3})
    if b'"wait"' in body:
        return  # a long poll may take as long as it likes
    reply = await client.request(route.method, plain_path(route.path).replace("{id}", id), content=body)
    assert reply.status_code < 500, reply.text
    assert reply.status_code in route.answers or reply.headers["content-type"] == "application/problem+json"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(["state", "limit", "cursor", "tenant", "timeout"]), st.text(max_size=9)))
async def test_any_query_is_answered(client, query):
    assert (await client.get("/v1/tasks", params=query)).status_code in {200, 422}
