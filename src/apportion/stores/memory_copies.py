"""Copies, so that nobody can change what is kept, as in a store that writes things down."""

from __future__ import annotations

from apportion.model.lifecycle import TaskState
from apportion.model.plain_json import decode, encode
from apportion.model.task_record import Task, with_fields
from apportion.ports import Change, Forget, ForgetNotes, Insert, Note, Remember, Transition


def own(change: Change) -> Change:
    """Return the change with copies of what its giver could still alter."""
    match change:
        case Insert(task):
            return Insert(copied(task))
        case Transition(task, from_state, from_lease):
            # Only an assignment writes a decision, and none writes what the client gave.
            decision = task.decision if task.state is TaskState.ASSIGNED else None
            return Transition(
                copied(with_fields(task, {"payload": None, "decision": decision})), from_state, from_lease
            )
        case Remember(name, document):
            return Remember(name, decode(encode("Remember.document", document)))
        case Note(at, line):
            return Note(at, decode(encode("Note.line", line)))
        case Forget() | ForgetNotes():
            return change


def copied(task: Task) -> Task:
    """Return a task that shares nothing changeable with this one. Copies pass through JSON, as in every store."""
    fields = {
        "payload": decode(encode("Task.payload", task.payload)),
        "result": decode(encode("Task.result", task.result)),
        "decision": decode(encode("Task.decision", task.decision)),
    }
    return with_fields(task, fields)
