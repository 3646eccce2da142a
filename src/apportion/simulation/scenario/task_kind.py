"""How rows of a trace become tasks of one type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from apportion import validation
from apportion.errors import FieldTypeError
from apportion.model.plain import Plain
from apportion.simulation.scenario.amount import Amount
from apportion.simulation.scenario.expression import checked

Work = str | float | Amount | None


@dataclass(frozen=True)
class TaskKind(Plain):
    """A ``[[task_type]]``: which rows it takes, and what their tasks need.

    Attributes:
        name: the tasks' type.
        where: which rows, as an expression over their columns; the first type that takes a row has it. None: rows that
            nobody else took, in proportion to ``share``.
        share: weight among the types without ``where``, >= 0.
        capabilities: what the worker must be able to do; None: what the trace says.
        complexity: units of capacity while it runs, > 0.
        priority: higher first; None: what the trace says, else 5.
        work: units of work: a number, an expression over the columns or a distribution; None: what the trace says.
        affinity_key: the column whose value keeps tasks together; None: what the trace says.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    name: str
    where: str | None = None
    share: float = 1.0
    capabilities: Iterable[str] | None = None
    complexity: float = 1
    priority: float | None = None
    work: Work = None
    affinity_key: str | None = None

    def __post_init__(self) -> None:
        validation.text("TaskKind.name", self.name)
        if self.where is not None:
            checked("TaskKind.where", self.where)
        validation.number("TaskKind.share", self.share, least=0)
        if self.capabilities is not None:
            self.__dict__["capabilities"] = validation.names("TaskKind.capabilities", self.capabilities)
        validation.number("TaskKind.complexity", self.complexity, above=0)
        validation.optional_number("TaskKind.priority", self.priority)
        validation.optional_text("TaskKind.affinity_key", self.affinity_key)
        self.__dict__["work"] = _work("TaskKind.work", self.work)


def _work(field: str, given: Any) -> Work:
    if given is None or isinstance(given, Amount):
        return given
    if isinstance(given, str):
        return checked(field, given)
    if isinstance(given, Mapping):
        return Amount.from_dict(cast("Mapping[str, Any]", given))
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise FieldTypeError(field, f"must be a number, an expression or a distribution, not {given!r}")
    return validation.number(field, given, above=0)
