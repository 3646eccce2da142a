"""Functions by name, so that another process can find them: nothing is ever pickled."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from apportion import validation
from apportion.errors import FieldError

MAIN = "__main__"


def names_of(handlers: Mapping[str, Callable[..., Any] | str]) -> dict[str, str]:
    """Return the names of handlers by task type.

    Raises:
        FieldError: one of them cannot be found by its name.
    """
    validation.mapping("handlers", handlers)
    return {task_type: name_function(f"handlers[{task_type!r}]", given) for task_type, given in handlers.items()}


def name_function(field: str, function: Callable[..., Any] | str) -> str:
    """Return the name of a function as ``module:qualified.name``, after a look whether it leads back to it.

    Raises:
        FieldError: it does not: a lambda, or a function that was defined within another.
    """
    if isinstance(function, str):
        if not all(function.partition(":")):
            raise FieldError(field, f"must be a function or its name as 'module:function', not {function!r}")
        return function
    module = getattr(function, "__module__", None)
    path = getattr(function, "__qualname__", None)
    try:
        found = attrgetter(str(path))(sys.modules[str(module)])
    except (AttributeError, KeyError):
        found = None
    if found is not function:
        problem = f"{module}.{path} cannot be found by its name, which is how another process comes by it"
        raise FieldError(field, f"{problem}; define it at the top level of a module")
    return f"{module}:{path}"


def find_function(name: str) -> Callable[..., Any]:
    """Return the function of that name.

    Raises:
        ImportError, AttributeError: there is none; and whatever its module raises when it is imported.
    """
    module, _, path = name.partition(":")
    found: Callable[..., Any] = attrgetter(path)(importlib.import_module(module))
    return found
