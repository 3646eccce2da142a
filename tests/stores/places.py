"""The stores that every test of stores runs over."""

from collections.abc import Callable
from pathlib import Path

from apportion.conformance.store import Place
from apportion.stores.memory import MemoryStore
from apportion.stores.sqlite import SqliteStore

PLACES: dict[str, Callable[[Path], Place]] = {
    "memory": lambda _folder: Place(MemoryStore, durable=False),
    "sqlite": lambda folder: Place(lambda: SqliteStore(folder / "tasks.db"), durable=True),
}
