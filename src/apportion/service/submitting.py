"""Takes tasks from the wire: all of a list or none, and each key once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, structs

from apportion.errors import DuplicateError, TaskConflictError
from apportion.model.task_record import Task
from apportion.model.trace_context import parse
from apportion.runtime.submission import same_submission
from apportion.service.access.caller import Caller
from apportion.service.body import require_value
from apportion.service.service import Service
from apportion.wire.limits import VALUE
from apportion.wire.tasks import Submission

_OPTIONS = ("id", "idempotency_key", "max_attempts", "timeout", "delay", "not_before", "schedule_timeout", "after",
            "limit_keys", "traceparent")  # fmt: skip
_said = attrgetter(*_OPTIONS)

New = tuple[Task, float]
Key = tuple[str, str]
"""A tenant, and a key of its own."""


async def submit(
    service: Service, given: Sequence[Submission], caller: Caller, traceparent: str | None = None
) -> tuple[list[str], bool]:
    """Take tasks, all of them or none.

    Args:
        service: takes them.
        given: what was sent.
        caller: who sent it.
        traceparent: the header of that name; one that is not valid is none, as the standard has it.

    Returns:
        Their ids, and whether any of them is new: a task whose key was used before, for the same, is the first one.

    Raises:
        ProblemError: a task is not the caller's to give.
        ProblemError, FieldError, FieldTypeError: a task is not as it has to be; the field is named with its place.
        DuplicateError, TaskConflictError: an id or a key was used for another task.
        QueueFullError: there is no room for all.
    """
    trace = None if parse(traceparent) is None else traceparent
    places = range(len(given)) if len(given) > 1 else [None]
    new = [_task_of(service, each, caller, place, trace) for place, each in zip(places, given, strict=True)]
    own_ids = [task.id for each, (task, _) in zip(given, new, strict=True) if each.id is not None]
    own_keys = [(task.tenant, key) for task, _ in new if (key := task.idempotency_key) is not None]
    async with service.taking.hold({*own_ids, *own_keys}):
        if own_ids or own_keys:
            new, ids = await _told_apart(service, new, own_ids, own_keys)
        else:
            ids = [task.id for task, _ in new]
        if new:
            await service.distributor.refuse_unknown_after([task for task, _ in new])
            await service.distributor.submit_all(new)
    return ids, bool(new)


def _task_of(service: Service, given: Submission, caller: Caller, place: int | None, trace: str | None) -> New:
    payload: Any = None
    if given.payload is not UNSET:
        require_value("payload" if place is None else f"[{place}].payload", given.payload, VALUE)
        payload = msgspec.json.decode(given.payload)
    options = {name: value for name, value in zip(_OPTIONS, _said(given), strict=True) if value is not None}
    if trace is not None:
        options.setdefault("traceparent", trace)
    tenant = caller.tenant_for(given.tenant)
    if tenant is not None:
        options["tenant"] = tenant
    if given.requirements is not None:
        options["requirements"] = plain_requirements(given.requirements)
    return service.distributor.new_task(given.task_type, payload, options)


def plain_requirements(given: Any) -> dict[str, Any]:
    """Return requirements as `TaskRequirements.from_dict` reads them."""
    plain: dict[str, Any] = structs.asdict(given)
    plain["constraints"] = [structs.asdict(each) for each in given.constraints]
    return plain


async def _told_apart(
    service: Service, new: list[New], own_ids: list[str], own_keys: list[Key]
) -> tuple[list[New], list[str]]:
    """Return those that are new, and the ids of all."""
    look_up = service.distributor
    taken = {task.id for task in await look_up.look_up_all(own_ids) if task is not None} if own_ids else set[str]()
    found = await look_up.look_up_keys(own_keys) if own_keys else []
    keys = {key: task for key, task in zip(own_keys, found, strict=True) if task is not None}
    fresh: dict[str, New] = {}
    ids: list[str] = []
    for entry in new:
        task = entry[0]
        before = None if task.idempotency_key is None else keys.get((task.tenant, task.idempotency_key))
        if before is None:
            if task.id in fresh or task.id in taken:
                raise DuplicateError("task", task.id)
            fresh[task.id] = entry
            if task.idempotency_key is not None:
                keys[task.tenant, task.idempotency_key] = task
            before = task
        elif not same_submission(task, before):
            problem = f"it has the idempotency key {task.idempotency_key!r}, and was another task; use a new key"
            raise TaskConflictError(before.id, before.state.value, problem)
        ids.append(before.id)
    return list(fresh.values()), ids
