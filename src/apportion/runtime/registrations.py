"""What is kept of a remote worker's registration, so that it keeps its leases while the service restarts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apportion import validation
from apportion.errors import CallerError
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo, WorkerStatus
from apportion.ports import Remember, TaskStore
from apportion.runtime.crew import Member


def document_name(worker_id: str) -> str:
    """Return the name of the document that a worker's registration is kept in."""
    return f"worker/{worker_id}"


def kept(worker: WorkerInfo, member: Member) -> Remember:
    """Return what keeps a registration."""
    return Remember(document_name(worker.id), {"incarnation": member.incarnation, "worker": worker.to_dict()})


def forgotten(worker_id: str) -> Remember:
    """Return what ends a registration that was kept."""
    return Remember(document_name(worker_id), None)


def registrations_of(store: TaskStore, assigned: Iterable[Task]) -> list[Mapping[str, Any]]:
    """Return what the store keeps of the registrations of those who hold these tasks."""
    holders = sorted({task.assigned_worker for task in assigned if task.assigned_worker})
    documents = (store.recall(document_name(worker_id)) for worker_id in holders)
    return [document for document in documents if validation.is_mapping(document)]


def read(document: Mapping[str, Any]) -> tuple[WorkerInfo, int] | None:
    """Return a worker and its incarnation; None where that cannot be read (then it has to register anew)."""
    try:
        worker = WorkerInfo.from_dict(document["worker"]).replace(current_load=0, status=WorkerStatus.IDLE)
        return worker, int(document["incarnation"])
    except (CallerError, KeyError, TypeError, ValueError):
        return None
