"""Tasks that are written down one by one in the scenario itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apportion import validation
from apportion.clock import Random
from apportion.errors import FieldError, FieldTypeError
from apportion.model.plain import Plain
from apportion.simulation.scenario.row import Row


@dataclass(frozen=True)
class InlineTask(Plain):
    """One task.

    Attributes:
        at: seconds at which it arrives, >= 0.
        work: units of work, > 0.
        task_type: its type.
        key: what it belongs to, or None.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    at: float
    work: float = 1.0
    task_type: str = "task"
    key: str | None = None

    def __post_init__(self) -> None:
        validation.number("InlineTask.at", self.at, least=0)
        validation.number("InlineTask.work", self.work, above=0)
        validation.text("InlineTask.task_type", self.task_type)
        validation.optional_text("InlineTask.key", self.key)


@dataclass(frozen=True)
class Inline(Plain):
    """A ``[trace]`` with ``tasks``.

    Attributes:
        tasks: at least one, in any order.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    tasks: Sequence[InlineTask | Mapping[str, Any]]

    def __post_init__(self) -> None:
        if isinstance(self.tasks, (str, bytes, Mapping)) or not isinstance(self.tasks, Sequence):
            raise FieldTypeError("Inline.tasks", f"must be a list of tasks, not {self.tasks!r}")
        if not self.tasks:
            raise FieldError("Inline.tasks", "must be at least one task, like { at = 0, work = 1.5 }")
        self.__dict__["tasks"] = tuple(map(_task, self.tasks))

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for."""
        return {"work": "units of work", "task_type": "the type as written"}

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows in the order of their arrival."""
        for task in sorted(map(_task, self.tasks), key=lambda task: task.at):
            columns = {"work": task.work, "task_type": task.task_type}
            yield Row(task.at, task.work, task.task_type, columns, key=task.key)


def _task(given: InlineTask | Mapping[str, Any]) -> InlineTask:
    return given if isinstance(given, InlineTask) else InlineTask.from_dict(given)
