"""Small expressions over the columns of a trace: ``tokens < 200 and runner == 'linux'``, ``0.02 * output_tokens``.

They are read as Python expressions, of which only arithmetic, comparisons and ``and``, ``or``, ``not``, ``in`` are
allowed, so that a scenario file can never do anything but compute.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from apportion.errors import FieldError, FieldTypeError, did_you_mean

Columns = Mapping[str, Any]
Compiled = Callable[[Columns], Any]


def _divided(left: Any, right: Any) -> Any:
    return left / right


def _divided_whole(left: Any, right: Any) -> Any:
    return left // right


_BINARY: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divided,
    ast.FloorDiv: _divided_whole,
    ast.Mod: operator.mod,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
_ALLOWED = "columns, numbers, 'text', lists, + - * / // %, comparisons, in, and, or, not"


def checked(field: str, text: object) -> str:
    """Return the text of an expression that can be compiled.

    Raises:
        FieldTypeError: it is no string.
        FieldError: it is no expression, or has something in it that is not allowed.
    """
    if not isinstance(text, str):
        raise FieldTypeError(field, f"must be an expression in quotes, not {text!r}")
    try:
        compiled(text)
    except ValueError as problem:
        raise FieldError(field, f"{problem}; allowed are {_ALLOWED}") from None
    return text


@cache
def compiled(text: str) -> Compiled:
    """Return a function of a row's columns.

    Raises:
        ValueError: it is no expression, or has something in it that is not allowed.
    """
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        raise ValueError(f"{text!r} is not an expression") from None
    return _compile(tree.body, text)


def columns_of(text: str) -> Iterator[str]:
    """Return the names of the columns that an expression asks for."""
    return (node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name))


def check_columns(field: str, text: str, known: Mapping[str, str]) -> None:
    """Refuse an expression that asks for a column which the rows do not have.

    Raises:
        FieldError: naming it, and the nearest that there is.
    """
    for name in columns_of(text):
        if name not in known:
            raise FieldError(
                field, f"there is no column {name!r}{did_you_mean(name, known)}; the rows have {', '.join(known)}"
            )


def _compile(node: ast.expr, text: str) -> Compiled:
    match node:
        case ast.Constant(value=int() | float() | str() | bool() as value):
            return lambda _: value
        case ast.Name(id=name):
            return lambda columns: columns[name]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            parts = [_compile(item, text) for item in items]
            return lambda columns: [part(columns) for part in parts]
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            value_of = _compile(inner, text)
            return lambda columns: not value_of(columns)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value_of = _compile(inner, text)
            return lambda columns: -value_of(columns)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _two(_BINARY[type(sign)], _compile(left, text), _compile(right, text))
        case ast.BoolOp(op=word, values=values):
            return _joined(isinstance(word, ast.And), [_compile(value, text) for value in values])
        case ast.Compare(left=left, ops=signs, comparators=others) if all(type(sign) in _COMPARED for sign in signs):
            return _chain([_compile(each, text) for each in (left, *others)], [_COMPARED[type(sign)] for sign in signs])
        case _:
            raise ValueError(f"{ast.get_source_segment(text, node)!r} is not allowed")


def _two(operation: Callable[[Any, Any], Any], left: Compiled, right: Compiled) -> Compiled:
    return lambda columns: operation(left(columns), right(columns))


def _joined(every: bool, parts: list[Compiled]) -> Compiled:
    if every:
        return lambda columns: all(part(columns) for part in parts)
    return lambda columns: any(part(columns) for part in parts)


def _chain(parts: list[Compiled], signs: list[Callable[[Any, Any], Any]]) -> Compiled:
    def holds(columns: Columns) -> bool:
        values = [part(columns) for part in parts]
        return all(sign(values[place], values[place + 1]) for place, sign in enumerate(signs))

    return holds
