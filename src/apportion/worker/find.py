"""Workers by name, as the command line is given them."""

from __future__ import annotations

import sys
from importlib import import_module
from operator import attrgetter
from pathlib import Path

from apportion.errors import ConfigurationError, FieldError
from apportion.worker.worker import Worker


def find_worker(name: str) -> Worker:
    """Return the worker of a module, which is looked for in the current folder too.

    Args:
        name: ``"module:worker"``.

    Raises:
        FieldError: it is no such name.
        ConfigurationError: there is no such module, or nothing of that name in it, or it is no `Worker`.
    """
    module, _, path = name.partition(":")
    if not module or not path:
        raise FieldError("worker", f"must be like 'module:worker', not {name!r}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: object = attrgetter(path)(import_module(module))
    except ModuleNotFoundError as absent:
        if absent.name is None or not f"{module}.".startswith(f"{absent.name}."):
            raise  # it is there, and one that it imports is not
        raise ConfigurationError(f"worker {name!r}: there is no module {absent.name!r} in {here}") from None
    except AttributeError as absent:
        raise ConfigurationError(f"worker {name!r}: {absent}") from None
    if not isinstance(found, Worker):
        raise ConfigurationError(f"worker {name!r}: that is {type(found).__name__}, and no Worker")
    return found
