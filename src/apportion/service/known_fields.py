"""Which fields a place in a body may have: for who misspelled one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import inspect

from apportion.errors import did_you_mean

_STEP = re.compile(r"\.(\w+)|(\[)")


def nearest_field(wanted: Iterable[Any], place: str, unknown: str) -> str:
    """Return " (did you mean …?)" where a known field of that place is near an unknown one, else "".

    Args:
        wanted: the types that a request may be of.
        place: where in it, like ``$.requirements`` or ``$[3]``.
        unknown: the name that is not known there.
    """
    found: list[inspect.Type] = [_info(each) for each in wanted]
    for name, _ in _STEP.findall(place):
        found = [inner for each in found for inner in _inside(each, name)]
    known = [field.encode_name for each in found for struct in _structs(each) for field in struct.fields]
    return did_you_mean(unknown, known)


@cache
def _info(wanted: Any) -> inspect.Type:
    return inspect.type_info(wanted)


def _inside(shape: inspect.Type, name: str) -> Iterator[inspect.Type]:
    """Return what is in a field, or with no name in a list."""
    for each in _alternatives(shape):
        if not name and isinstance(each, inspect.ListType):
            yield each.item_type
        elif name and isinstance(each, inspect.StructType):
            yield from (field.type for field in each.fields if field.encode_name == name)


def _structs(shape: inspect.Type) -> Iterator[inspect.StructType]:
    return (each for each in _alternatives(shape) if isinstance(each, inspect.StructType))


def _alternatives(shape: inspect.Type) -> tuple[inspect.Type, ...]:
    return shape.types if isinstance(shape, inspect.UnionType) else (shape,)
