"""The operators of a constraint: one file each, one line each in this table.

An operator is a function ``(label, wanted) -> bool``; the label is there when it is called (``MISSING_PASSES`` names
the operators that a missing label satisfies). It may raise TypeError for values that cannot be compared: no match.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apportion.model.operators.equal import equal
from apportion.model.operators.exists import exists
from apportion.model.operators.greater import greater
from apportion.model.operators.greater_or_equal import greater_or_equal
from apportion.model.operators.less import less
from apportion.model.operators.less_or_equal import less_or_equal
from apportion.model.operators.not_equal import not_equal
from apportion.model.operators.not_one_of import not_one_of
from apportion.model.operators.one_of import one_of

Operator = Callable[[Any, Any], bool]

OPERATORS: dict[str, Operator] = {
    "==": equal,
    "!=": not_equal,
    "<": less,
    "<=": less_or_equal,
    ">": greater,
    ">=": greater_or_equal,
    "in": one_of,
    "not-in": not_one_of,
    "exists": exists,
}

MISSING_PASSES = frozenset({"!=", "not-in"})
"""What a worker without the label satisfies: it certainly has no such value."""
