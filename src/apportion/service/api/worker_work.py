"""What workers do all the time: give signs of life, claim, complete."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import UNSET

from apportion.errors import TaskConflictError, UnknownTaskError, UnknownWorkerError
from apportion.ports import Attempt
from apportion.service.endings import complete, conflict_of
from apportion.service.problems import ProblemError
from apportion.service.route import WORKERS, Asked, Reply, Route
from apportion.service.service import Service
from apportion.service.waiting import hang_up, refuse_lapsed
from apportion.wire.workers import (
    Assignment,
    Assignments,
    ClaimBody,
    Completed,
    CompletedMany,
    Completions,
    Ending,
    HeartbeatBody,
    HeartbeatReply,
)


async def heartbeat(service: Service, asked: Asked) -> Reply:
    """Renew leases, and say what the worker has to know."""
    asked.caller.acts_for(asked.path["id"])
    body: HeartbeatBody = asked.body
    held = None if body.held is UNSET else {each.task_id: each.lease for each in body.held}
    told = await service.distributor.heartbeat(asked.path["id"], body.incarnation, held, body.current_load)
    return Reply(200, HeartbeatReply(list(told.cancelled), list(told.taken_back), told.draining))


async def claim(service: Service, asked: Asked) -> Reply:
    """Hand out work, as soon as there is any."""
    asked.caller.acts_for(asked.path["id"])
    body: ClaimBody = asked.body
    number, answer = service.distributor.claim(asked.path["id"], body.incarnation, body.max, body.wait)
    if body.wait:
        gone = asyncio.ensure_future(hang_up(asked.request))
        lapse = service.access.lapse(asked.caller)
        try:
            await asyncio.wait({answer, gone, lapse}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                refuse_lapsed(lapse)
        finally:
            gone.cancel()
            lapse.cancel()
            if not answer.done():
                answer.cancel()
                service.distributor.withdraw(asked.path["id"], number)
        if answer.cancelled():
            return Reply(200, Assignments([]))
    return Reply(200, Assignments([_assignment(attempt) for attempt in await answer]))


def _assignment(attempt: Attempt) -> Assignment:
    return Assignment(
        attempt.task_id,
        attempt.task_type,
        attempt.payload,
        attempt.attempt,
        attempt.lease,
        attempt.timeout,
        UNSET if attempt.traceparent is None else attempt.traceparent,
    )


async def complete_many(service: Service, asked: Asked) -> Reply:
    """Take in how many attempts of one worker ended."""
    worker_id = asked.path["id"]
    asked.caller.acts_for(worker_id)
    if service.distributor.member(worker_id) is None:
        raise UnknownWorkerError(worker_id, "register again")
    body: Completions = asked.body
    reports = [_reported(service, worker_id, ending) for ending in body.completions]
    answers = await asyncio.gather(
        *(each for each in reports if not isinstance(each, Exception)), return_exceptions=True
    )
    rest = iter(answers)
    ends = [each if isinstance(each, Exception) else next(rest) for each in reports]
    pairs = zip(body.completions, ends, strict=True)
    return Reply(200, CompletedMany([await _completed(service, ending, answer) for ending, answer in pairs]))


def _reported(service: Service, worker_id: str, ending: Ending) -> asyncio.Future[Any] | Exception:
    try:
        return complete(service, ending.task_id, worker_id, ending)
    except ProblemError as error:
        return error


async def _completed(service: Service, ending: Ending, answer: object) -> Completed:
    if not isinstance(answer, BaseException):
        return Completed(ending.task_id, 200)
    if isinstance(answer, ProblemError):
        return Completed(ending.task_id, answer.problem.status, answer.problem.detail)
    if not isinstance(answer, TaskConflictError):
        raise answer
    try:
        problem = (await conflict_of(service, ending.task_id, answer)).problem
    except UnknownTaskError as unknown:
        return Completed(ending.task_id, 404, str(unknown))
    return Completed(ending.task_id, 409, f"{problem.detail} (it is {problem.state}, lease {problem.lease})")


ROUTES = (
    Route(
        "POST",
        "/v1/workers/{id:path}/heartbeat",
        heartbeat,
        WORKERS,
        "A sign of life, which renews leases",
        {200: HeartbeatReply},
        body=HeartbeatBody,
    ),
    Route(
        "POST",
        "/v1/workers/{id:path}/claim",
        claim,
        WORKERS,
        "Ask for work; answers as soon as there is any",
        {200: Assignments},
        body=ClaimBody,
    ),
    Route(
        "POST",
        "/v1/workers/{id:path}/complete",
        complete_many,
        WORKERS,
        "How many attempts ended, a status for each",
        {200: CompletedMany},
        body=Completions,
    ),
)
