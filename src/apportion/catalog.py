"""Concrete stores and executors by name: ``"module:Class"``, one line each. They are imported when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

STORES = {
    "memory": "apportion.stores.memory:MemoryStore",
    "sqlite": "apportion.stores.sqlite:SqliteStore",
}

ACCESS = {
    "memory": "apportion.stores.sqlite.access:SqliteAccess",
    "sqlite": "apportion.stores.sqlite.access:SqliteAccess",
}
"""Where the tokens of a store are kept, by its kind."""

RECORDS = {
    "sqlite": "apportion.stores.sqlite.beside:SqliteBeside",
}
"""What reads the record of decisions of a store that another process may have open, by its kind."""

BACK_UPS = {
    "sqlite": "apportion.stores.sqlite.copying:copy_file",
}
"""What copies a store that another process may have open, by its kind."""

EXECUTORS = {
    "thread": "apportion.executors.thread:ThreadExecutor",
    "process": "apportion.executors.process:ProcessExecutor",
    "coroutine": "apportion.executors.coroutine:CoroutineExecutor",
    "command": "apportion.executors.command:CommandExecutor",
}


def load(entry: str) -> Any:
    """Return the class of an entry."""
    module, _, name = entry.partition(":")
    return getattr(import_module(module), name)
