"""The OpenAPI document, made from the routes themselves and the shapes that they decode and encode."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import Struct

from apportion.service.access.presented import COOKIE
from apportion.service.route import ANYBODY, OneOf, Route
from apportion.wire.problem import MEDIA_TYPE, Problem

_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_PROBLEMS = {
    401: "A token is needed, or this one is not valid.",
    403: "The token's role or tenant does not allow this, or a page of another origin sent it.",
    404: "There is no such task or worker.",
    408: "The body did not come in time.",
    409: "Its state or lease does not allow this.",
    413: "Too large.",
    415: "Compressed.",
    421: "The Host header names another service.",
    422: "A field is wrong; it is named.",
    429: "The queue is full, or requests or wrong tokens come too fast; Retry-After says when to try again.",
    503: "The store is in trouble, or the service drains; nothing was accepted.",
}

_WAYS_TO_SHOW_A_TOKEN = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}
"""Either will do; none is needed as long as the service holds no token."""


def document(routes: Sequence[Route]) -> bytes:
    """Return the document as JSON."""
    types = _types(routes)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    shapes = dict(zip(map(_key, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(plain_path(route.path), {})[route.method.lower()] = _operation(route, shapes, components)
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Apportion", "version": version("apportion")},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _WAYS_TO_SHOW_A_TOKEN},
    }
    return msgspec.json.encode(whole)


def plain_path(path: str) -> str:
    """Return a route's path as OpenAPI writes it."""
    return _PARAMETER.sub(r"{\1}", path)


def _types(routes: Sequence[Route]) -> list[Any]:
    found: dict[str, Any] = {_key(Problem): Problem}
    for route in routes:
        answers = [one for shape in route.answers.values() for one in _alternatives(shape)]
        for each in (route.body, route.query, *answers):
            if each is not None:
                found[_key(each)] = each
    return list(found.values())


def _alternatives(shape: Any) -> tuple[Any, ...]:
    return shape.types if isinstance(shape, OneOf) else (shape,)


def _key(shape: Any) -> str:
    return repr(shape)


def _operation(route: Route, shapes: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    name = route.handle.__name__
    operation: dict[str, Any] = {
        "operationId": name if name != "docs" else name + route.path.replace("/", "_"),
        "summary": route.summary,
        "x-roles": sorted(route.roles - {ANYBODY}),
        "security": [] if ANYBODY in route.roles else [{way: []} for way in _WAYS_TO_SHOW_A_TOKEN],
        "parameters": [*_in_path(route), *_in_query(route, components)],
        "responses": {
            **{
                str(status): _answer(route, [shapes[_key(one)] for one in _alternatives(shape)])
                for status, shape in route.answers.items()
            },
            **{str(status): _problem(why) for status, why in _PROBLEMS.items()},
        },
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": route.body_required,
            "content": {"application/json": {"schema": shapes[_key(route.body)]}},
        }
    return operation


def _answer(route: Route, schemas: list[Any]) -> dict[str, Any]:
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {"description": route.summary, "content": {route.media_type: {"schema": schema}}}


def _problem(why: str) -> dict[str, Any]:
    return {"description": why, "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}}


def _in_path(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in _PARAMETER.findall(route.path)]


def _in_query(route: Route, components: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    assert issubclass(route.query, Struct)
    shape = components[route.query.__name__]
    required = shape.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]
