"""The store on one file: SQLite, as it comes with Python."""

from __future__ import annotations

from apportion.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
