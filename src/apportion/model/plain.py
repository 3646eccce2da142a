"""Values to and from plain JSON: one rule for all of them, read from their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from inspect import Parameter, signature
from typing import Any, ClassVar, Self, TypeVar, cast

from apportion import validation

V = TypeVar("V")


class Plain:
    """Gives a frozen dataclass `to_dict`, `from_dict` and `replace`.

    A field that holds another value is named in ``nested`` with the function that reads it back.
    """

    nested: ClassVar[dict[str, Callable[[Any], Any]]] = {}

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """Return the names of the fields, in their order."""
        return tuple(field.name for field in fields(cast("Any", cls)))

    @classmethod
    def required_names(cls) -> tuple[str, ...]:
        """Return the names of the fields that have no default."""
        parameters = signature(cls).parameters.values()
        return tuple(parameter.name for parameter in parameters if parameter.default is Parameter.empty)

    def to_dict(self) -> dict[str, Any]:
        """Return the value as plain JSON: dicts, lists (sets sorted), strings, numbers, booleans and None."""
        return {name: to_plain(getattr(self, name)) for name in self.field_names()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the value that `to_dict` gave, or one from a user's file; fields left out get their defaults.

        Raises:
            FieldError: an unknown field (the nearest known one is named), or a value that is not allowed.
            FieldTypeError: a value of the wrong type, or a required field that is missing.
        """
        validation.mapping(cls.__name__, data)
        validation.known_fields(cls.__name__, data, cls.field_names())
        read = {
            name: cls.nested[name](value) if name in cls.nested and value is not None else value
            for name, value in data.items()
        }
        validation.required_fields(cls.__name__, read, cls.required_names())
        return cls(**read)

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed; the copy is checked as a new value is.

        Raises:
            FieldError: an unknown field, or a value that is not allowed.
            FieldTypeError: a value of the wrong type.
        """
        names = self.field_names()
        validation.known_fields(type(self).__name__, changes, names)
        return type(self)(**{name: changes.get(name, getattr(self, name)) for name in names})


def to_plain(value: Any) -> Any:
    """Return ``value`` as plain JSON."""
    if isinstance(value, Plain):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if validation.is_mapping(value):
        return {str(key): to_plain(item) for key, item in value.items()}
    if validation.is_collection(value):
        plain = [to_plain(item) for item in value]
        return sorted(plain) if isinstance(value, (set, frozenset)) else plain
    return value


def list_of(owner: str, read: Callable[[Any], V]) -> Callable[[Any], list[V]]:
    """Return how to read back a list of values: those that are values already are kept as they are.

    Args:
        owner: the field, for messages.
        read: how to read one of them.
    """

    def read_all(given: Any) -> list[V]:
        items = validation.items(owner, given)
        return [cast("V", item) if isinstance(item, Plain) else read(item) for item in items]

    return read_all
