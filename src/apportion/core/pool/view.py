"""A pool that its holder may look at, and not change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from apportion.core.pool.pool import WorkerPool
    from apportion.model.worker import WorkerInfo


class PoolView(Sequence["WorkerInfo"]):
    """A live, read-only face of a pool; the balancer takes it as it takes the pool itself.

    Attributes:
        pool: whose face it is; for the core, not for callers.
    """

    __slots__ = ("pool",)

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool

    def __len__(self) -> int:
        return len(self.pool)

    def __iter__(self) -> Iterator[WorkerInfo]:
        return iter(self.pool)

    @overload
    def __getitem__(self, index: int) -> WorkerInfo: ...
    @overload
    def __getitem__(self, index: slice) -> list[WorkerInfo]: ...
    def __getitem__(self, index: int | slice) -> WorkerInfo | list[WorkerInfo]:
        return self.pool[index]

    def get(self, id: str) -> WorkerInfo | None:
        """Return the worker as it is now, or None."""
        return self.pool.get(id)
