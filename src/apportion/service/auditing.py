"""Writes down what administrators do: before it is done, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from apportion.clock import wall_clock
from apportion.model.act import Act
from apportion.model.token import ADMIN
from apportion.service.problems import problem_of
from apportion.service.route import Asked, Reply, Route
from apportion.service.service import Service

_LONGEST = 500


async def audited(service: Service, route: Route, asked: Asked) -> Reply | Response:
    """Handle a call. What cannot be written down is not done.

    Raises:
        Exception: whatever the call raises.
    """
    if not route.act or asked.caller.role != ADMIN:
        return await route.handle(service, asked)
    book = service.access.book
    client = asked.request.client
    address = "" if client is None else client.host
    said = asked.query if asked.body is None else asked.body
    act = Act(wall_clock(), asked.caller.token, address, route.act, _target(asked.path, said))
    number = await asyncio.to_thread(book.begin, act)
    try:
        answer = await route.handle(service, asked)
    except Exception as error:
        await asyncio.to_thread(book.end, number, problem_of(error).status)
        raise
    status = answer.status if isinstance(answer, Reply) else answer.status_code
    await asyncio.to_thread(book.end, number, status)
    return answer


def _target(path: Mapping[str, str], body: Any) -> str:
    """Return whom it is done to: what the path names, else what the body or the query says."""
    said = path.get("id")
    return (msgspec.json.encode(body).decode() if said is None and body is not None else said or "")[:_LONGEST]
