"""A store whose disk can be full, and that can lie."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

from apportion.errors import StoreError, StoreFullError
from apportion.ports import Change
from apportion.stores.memory import MemoryStore


class FaultyStore(MemoryStore):
    """A store in memory that goes wrong as it is told.

    Attributes:
        full: no commit succeeds.
        lies: how many of the next commits are written, and reported as failed.
        fails: how many of the next commits are not written, and fail.
        fails_after_lies: how many commits fail after the next lie.
        tried: is set by each commit that goes wrong.
    """

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.lies = 0
        self.fails = 0
        self.fails_after_lies = 0
        self.tried = Event()

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        if self.full:
            self.tried.set()
            raise StoreFullError("the disk is full")
        if self.fails:
            self.fails -= 1
            self.tried.set()
            raise StoreError("the database is locked")
        answers = super().commit(changes)
        if self.lies:
            self.lies -= 1
            self.fails, self.fails_after_lies = max(self.fails, self.fails_after_lies), 0
            raise StoreError("the connection was lost")
        return answers

    def close(self) -> None:
        """Stay open, to be looked at."""
