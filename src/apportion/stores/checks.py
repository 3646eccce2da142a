"""What every store refuses before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.errors import FieldError, FieldTypeError
from apportion.model.lifecycle import TRANSITIONS, allowed
from apportion.model.task_record import Task
from apportion.ports import Change, Insert, Note, Transition


def refuse_what_cannot_be(changes: Sequence[Change]) -> None:
    """Refuse a whole commit when one of its changes could never be right.

    Raises:
        FieldError: a transition that the table of a task's life does not have, or a name that is not Unicode text.
        FieldTypeError: a line of the record that is nothing.
    """
    for change in changes:
        if isinstance(change, Transition):
            _refuse_unknown_transition(change)
            _refuse_broken_text(change.task)
        elif isinstance(change, Insert):
            _refuse_broken_text(change.task)
        elif isinstance(change, Note) and change.line is None:
            raise FieldTypeError("Note.line", "must be JSON, not None")


def _refuse_unknown_transition(change: Transition) -> None:
    before, after = change.from_state, change.task.state
    if not allowed(before, after):
        known = ", ".join(TRANSITIONS[before]) or "nothing: it has ended"
        raise FieldError("Transition.task.state", f"{before} -> {after} is not in a task's life; {before} -> {known}")


def _refuse_broken_text(task: Task) -> None:
    """Half a surrogate pair has no encoding, so no database can keep it."""
    # Nearly all names are ASCII, and one look shows it.
    plain = f"{task.id}{task.task_type}{task.tenant}{task.idempotency_key}{task.assigned_worker}".isascii()
    if plain and not (task.after or task.limit_keys):
        return
    for field in ("id", "task_type", "tenant", "idempotency_key", "assigned_worker"):
        _refuse_half_a_pair(field, str(getattr(task, field)))
    for field in ("after", "limit_keys"):
        for text in getattr(task, field):
            _refuse_half_a_pair(field, str(text))


def _refuse_half_a_pair(field: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise FieldError(f"Task.{field}", f"must be Unicode text; {text!r} holds half a surrogate pair") from problem
