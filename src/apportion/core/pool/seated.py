"""What the parts of a pool need of the whole, so that none of them knows the pool itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from apportion.core.pool.column import Column
from apportion.model.worker import WorkerInfo


class Seated(Protocol):
    """Workers on numbered seats, ascending in the order of adding.

    Attributes:
        load, capacity: what each holds, and how much it may hold.
        changes: how many times one of these numbers was written.
    """

    load: Column
    capacity: Column
    changes: int

    def __len__(self) -> int: ...

    def at(self, seat: int) -> WorkerInfo:
        """Return the worker of a seat as it is now."""
        ...

    def seat(self, id: str) -> int | None:
        """Return the seat of a worker, or None."""
        ...

    def seated(self) -> Iterator[tuple[int, WorkerInfo]]:
        """Return seats and workers, in the order of adding."""
        ...


class Follower(Protocol):
    """Who is told what happens to a pool's seats."""

    def joined(self, pool: Seated, seat: int) -> None:
        """Hear that a worker has joined."""
        ...

    def changed(self, pool: Seated, seat: int, fields: Collection[str]) -> None:
        """Hear that these fields of a worker have changed."""
        ...

    def left(self, pool: Seated, seat: int, worker: WorkerInfo) -> None:
        """Hear that the worker of a seat has left."""
        ...

    def reseated(self, pool: Seated, before: Mapping[str, int]) -> None:
        """Hear that all seats were given out anew; ``before``: the seats by id until now."""
        ...


class Followed(Seated, Protocol):
    """Seats that can be followed."""

    def follow(self, follower: Follower) -> None:
        """Tell ``follower`` of everyone who joins or changes, for as long as it exists."""
        ...
