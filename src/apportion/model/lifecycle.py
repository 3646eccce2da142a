"""A task's life: its states, and the one table of what may follow what."""

from __future__ import annotations

from enum import StrEnum


class TaskState(StrEnum):
    """Where a task is in its life."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the task has ended. A failed or cancelled one can be requeued on request."""
        return self in FINAL


FINAL = frozenset({TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED})

TRANSITIONS: dict[TaskState, dict[TaskState, str]] = {
    TaskState.QUEUED: {
        TaskState.QUEUED: "the tasks that it waits for have succeeded",
        TaskState.ASSIGNED: "a worker has room",
        TaskState.FAILED: "its deadline or schedule time-out has passed, or a task that it waits for did not succeed",
        TaskState.CANCELLED: "somebody cancelled it",
    },
    TaskState.ASSIGNED: {
        TaskState.SUCCEEDED: "its worker reported success",
        TaskState.FAILED: "its last attempt failed",
        TaskState.CANCELLED: "somebody cancelled it",
        TaskState.QUEUED: "the attempt failed and may be repeated, was handed back, or was lost with its worker",
    },
    TaskState.SUCCEEDED: {},
    TaskState.FAILED: {TaskState.QUEUED: "somebody retried it"},
    TaskState.CANCELLED: {TaskState.QUEUED: "somebody retried it"},
}
"""from -> to -> when. Every store, the machine and the diagram in the docs read this one table."""


def allowed(before: TaskState, after: TaskState) -> bool:
    """Return whether a task may go from ``before`` to ``after``."""
    return after in TRANSITIONS[before]
