"""One line of a tasks file: from a JSON object to a task, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from apportion import validation
from apportion.batch import command_line, strict_json
from apportion.batch.problems import Problems
from apportion.errors import FieldError, FieldTypeError
from apportion.model.constraint import Constraint
from apportion.model.task import TaskRequirements
from apportion.runtime.submission import LATEST, LONGEST, LONGEST_NAME, MOST_ATTEMPTS


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of the file.

    Attributes:
        line: where it stands in the file, counted from 1.
        id: its id, by which it is known again when the batch goes on.
        task_type: the name under which its outcomes are learned.
        payload: its command line, as it stands in the file.
        requirements: what it needs of a worker.
        timeout: seconds that one attempt may take, or None.
        max_attempts: how many failed attempts end it.
        delay: seconds after its submission before which it does not start.
        not_before: Unix seconds before which it does not start, or None.
        schedule_timeout: seconds that it may wait for a worker, or None.
        tenant: whose it is; tenants share the workers fairly.
    """

    line: int
    id: str
    task_type: str
    payload: dict[str, Any]
    requirements: TaskRequirements
    timeout: float | None = None
    max_attempts: int = 3
    delay: float = 0.0
    not_before: float | None = None
    schedule_timeout: float | None = None
    tenant: str = "default"


def read_task(line: int, given: dict[str, Any], problems: Problems) -> TaskLine | None:
    """Return the task of one line, or None where something is wrong with it, which is noted."""
    before = len(problems.found)
    _note_unknown(line, given, problems)
    for name in ("id", "task_type", "payload"):
        if name not in given:
            problems.add(line, f"task.{name}: {MISSING[name]}")
    checked: dict[str, Any] = {
        name: problems.checked(line, partial(READERS[name], f"task.{name}", value))
        for name, value in given.items()
        if name in READERS
    }
    requirements = _requirements(line, given, problems)
    if "payload" in given:
        command_line.note_problems(line, given["payload"], problems)
    if len(problems.found) > before or requirements is None:
        return None
    return TaskLine(line=line, payload=given["payload"], requirements=requirements, **checked)


def _note_unknown(line: int, given: Mapping[str, Any], problems: Problems) -> None:
    for name in given:
        if name in TaskRequirements.field_names() and name not in FIELDS:
            problems.add(line, f'task.{name}: stands in requirements: {{"requirements": {{"{name}": …}}}}')
        else:
            problems.unknown(line, "task", [name], FIELDS)


def _requirements(line: int, given: Mapping[str, Any], problems: Problems) -> TaskRequirements | None:
    """Return what the task needs. Each field is checked by itself, so that every wrong one is named."""
    wanted = given.get("requirements", {})
    if not strict_json.is_object(wanted):
        problems.add(line, 'task.requirements: must be an object such as {"capabilities": ["python"], "complexity": 2}')
        return None
    if "task_type" in wanted:
        problems.add(line, "requirements.task_type: stands beside requirements, not in it")
    problems.unknown(line, "requirements", (name for name in wanted if name != "task_type"), REQUIREMENTS)
    fields = {name: value for name, value in wanted.items() if name in REQUIREMENTS}
    checked = [problems.checked(line, partial(_one_requirement, name, value)) for name, value in fields.items()]
    if None in checked:
        return None
    task_type = given.get("task_type")
    if task_type and isinstance(task_type, str):
        fields["task_type"] = task_type
    return TaskRequirements.from_dict(fields)


def _one_requirement(name: str, value: Any) -> TaskRequirements:
    if name == "constraints":
        value = _constraints(value)
    return TaskRequirements(**{name: value})


def _constraints(value: object) -> list[Constraint]:
    if not strict_json.is_list(value) or not all(map(strict_json.is_object, value)):
        raise FieldTypeError("requirements.constraints", f"must be a list of objects, not {value!r}")
    return [Constraint.from_dict(item) for item in value]


def _name(field: str, value: object) -> str:
    kept = validation.text(field, value)
    if len(kept) > LONGEST_NAME:
        raise FieldError(field, f"must have at most {LONGEST_NAME} characters, not {len(kept)}")
    return kept


READERS: dict[str, Callable[[str, Any], Any]] = {
    "id": _name,
    "task_type": _name,
    "timeout": partial(validation.optional_number, above=0, most=LONGEST),
    "max_attempts": partial(validation.count, least=1, most=MOST_ATTEMPTS),
    "delay": partial(validation.number, least=0, most=LONGEST),
    "not_before": partial(validation.optional_number, least=-LATEST, most=LATEST),
    "schedule_timeout": partial(validation.optional_number, least=0, most=LONGEST),
    "tenant": _name,
}
FIELDS = (*list(READERS)[:2], "payload", "requirements", *list(READERS)[2:])
REQUIREMENTS = tuple(name for name in TaskRequirements.field_names() if name != "task_type")
MISSING = {
    "id": "is required and missing; it is how a task is known again when the batch goes on",
    "task_type": "is required and missing; a name for tasks of this kind, under which is learned how they go",
    "payload": 'is required and missing; an object such as {"command": ["wc", "-l", "file"]}',
}
