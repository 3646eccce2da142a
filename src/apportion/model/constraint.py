"""A condition on a worker's labels, required or preferred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from apportion import validation
from apportion.errors import FieldError, FieldTypeError, did_you_mean
from apportion.model.operators import MISSING_PASSES, OPERATORS
from apportion.model.plain import Plain

LabelValue = str | int | float | bool


@dataclass(frozen=True)
class Constraint(Plain):
    """What a capability name cannot say, such as ``Constraint("gpu_memory", ">=", 24)``.

    Attributes:
        label: the label that is looked at.
        operator: one of ``== != < <= > >= in not-in exists``.
        value: what the label is compared with; a list for ``in`` and ``not-in``; of no meaning for ``exists``.
        weight: None: required. A positive number: preferred, with this much weight.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    label: str
    operator: str
    value: Any = None
    weight: float | None = None

    def __post_init__(self) -> None:
        validation.text("Constraint.label", self.label)
        if validation.text("Constraint.operator", self.operator) not in OPERATORS:
            near = did_you_mean(self.operator, OPERATORS)
            known = " ".join(OPERATORS)
            raise FieldError("Constraint.operator", f"unknown operator {self.operator!r}{near}; known: {known}")
        object.__setattr__(self, "value", _wanted(self.operator, self.value))
        object.__setattr__(self, "weight", validation.optional_number("Constraint.weight", self.weight, above=0))

    @property
    def required(self) -> bool:
        """Whether a worker that fails it may not take the task."""
        return self.weight is None

    def holds(self, labels: Mapping[str, LabelValue]) -> bool:
        """Return whether these labels satisfy it. What cannot be compared (24 and "24 GB") does not."""
        if self.label not in labels:
            return self.operator in MISSING_PASSES
        try:
            return OPERATORS[self.operator](labels[self.label], self.value)
        except TypeError:
            return False

    def __str__(self) -> str:
        return f"{self.label} {self.operator}" + ("" if self.operator == "exists" else f" {self.value!r}")


def _wanted(operator: str, value: object) -> object:
    """Return the value as it is kept: a tuple for the list operators, a single label value for the others."""
    if operator == "exists":
        return None
    if operator in {"in", "not-in"}:
        values = validation.items(f"Constraint.value (of operator {operator!r})", value)
        return tuple(label_value("Constraint.value (each)", item) for item in values)
    return label_value("Constraint.value", value)


def label_value(field: str, value: object) -> LabelValue:
    """Return a string, a boolean or a finite number.

    Raises:
        FieldTypeError: it is anything else.
        FieldError: the number is not finite.
    """
    if isinstance(value, (str, bool)):
        return value
    if not isinstance(value, Real):
        raise FieldTypeError(field, f"must be a string, a number or a boolean, not {value!r}")
    return validation.number(field, value)
