"""Workers filtered, sorted and cut to a page, without making more of the others than that needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apportion.model.worker import WorkerInfo, WorkerStatus
from apportion.runtime.crew import Member
from apportion.runtime.looks import Looks
from apportion.service.overview.fleet import status_of
from apportion.wire.looking_closer import WorkersQuery

Pair = tuple[Member, WorkerInfo]

_KEYS: dict[str, Callable[[Pair], Any]] = {
    "id": lambda pair: pair[1].id,
    "load": lambda pair: pair[1].utilization,
    "success": lambda pair: pair[1].metrics.success_rate,
    "duration": lambda pair: pair[1].metrics.average_task_duration,
    "completed": lambda pair: pair[1].metrics.tasks_completed,
    "held": lambda pair: len(pair[0].held),
}


def chosen_workers(looks: Looks, query: WorkersQuery) -> tuple[list[Pair], int]:
    """Return a page of workers, and how many are meant in all; unsorted they stand as they came."""
    meant = [pair for pair in looks.members() if _is_meant(pair, query)]
    if query.sort is not None:
        meant.sort(key=lambda pair: pair[1].id)
        meant.sort(key=_KEYS[query.sort], reverse=query.descending)
    end = None if query.limit is None else query.offset + query.limit
    return meant[query.offset : end], len(meant)


def as_seen(member: Member, worker: WorkerInfo) -> WorkerInfo:
    """Return the worker with the status that people are shown."""
    status = WorkerStatus(status_of(member))
    if worker.status is status:
        return worker
    shown = worker.with_load(worker.current_load)
    shown.__dict__["status"] = status
    return shown


def _is_meant(pair: Pair, query: WorkersQuery) -> bool:
    member, worker = pair
    return (
        (query.status is None or status_of(member) == query.status)
        and (query.capability is None or query.capability in worker.capabilities)
        and (not query.search or _contains(worker, query.search.lower()))
    )


def _contains(worker: WorkerInfo, wanted: str) -> bool:
    return any(wanted in text.lower() for text in (worker.id, worker.kind, worker.region) if text)
