"""The workers among which one decision is taken, and their numbers: lists for few, arrays for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from apportion.core.pool.column import Column
    from apportion.core.pool.pool import WorkerPool
    from apportion.model.worker import WorkerInfo

FEW = 24
"""Up to here a loop over floats is quicker than numpy's fixed cost of half a microsecond an operation."""


class Field:
    """Some workers of a pool, by their seats, in the order of adding.

    Attributes:
        pool: where they sit.
        seats: a list where they are few, an array where they are many.
        unchecked: whether workers without room are among them.
    """

    __slots__ = ("_capacity", "_load", "pool", "seats", "unchecked")

    def __init__(
        self,
        pool: WorkerPool,
        seats: list[int] | NDArray[np.int64],
        unchecked: bool = False,
        load: NDArray[np.float64] | None = None,
        capacity: NDArray[np.float64] | None = None,
    ) -> None:
        self.pool = pool
        self.seats = seats
        self.unchecked = unchecked
        self._load = load
        self._capacity = capacity

    def __len__(self) -> int:
        return len(self.seats)

    @property
    def load(self) -> Any:
        """The loads of these workers: a list or an array, as the seats are."""
        return self.take(self.pool.load) if self._load is None else self._load

    @property
    def capacity(self) -> Any:
        """The capacities of these workers: a list or an array, as the seats are."""
        return self.take(self.pool.capacity) if self._capacity is None else self._capacity

    def listed(self) -> list[int]:
        """Return the seats as a list."""
        return self.seats if isinstance(self.seats, list) else self.seats.tolist()

    def workers(self) -> list[WorkerInfo]:
        """Return the workers as they are now."""
        return [self.pool.at(seat) for seat in self.listed()]

    def take(self, column: Column) -> Any:
        """Return the numbers of these workers: a list or an array, as the seats are."""
        seats = self.seats
        if isinstance(seats, list):
            scalar = column.scalar
            return [scalar[seat] for seat in seats]
        return column.vector[seats]

    def evaluate(self, formula: Callable[..., Any], *columns: Any) -> Any:
        """Return a formula's value for each worker; it is written once, for floats and arrays alike."""
        if isinstance(self.seats, list):
            return list(map(formula, *columns))
        return formula(*columns)

    def within(self, values: Any, most: float) -> Field:
        """Return those whose value is at most ``most``."""
        seats = self.seats
        if isinstance(seats, list):
            kept = [seat for seat, value in zip(seats, values, strict=True) if value <= most]
            return Field(self.pool, kept, self.unchecked)
        near = seats[(values <= most).nonzero()[0]]
        return Field(self.pool, near.tolist() if len(near) <= FEW else near, self.unchecked)

    def without(self, seats: frozenset[int]) -> Field:
        """Return these workers but those."""
        kept = [seat for seat in self.listed() if seat not in seats]
        return field_of(self.pool, kept)


def field_of(pool: WorkerPool, seats: list[int] | NDArray[np.int64]) -> Field:
    """Return a field in the form that suits its size."""
    if isinstance(seats, list):
        return Field(pool, seats if len(seats) <= FEW else np.array(seats, dtype=np.int64))
    return Field(pool, seats.tolist() if len(seats) <= FEW else seats)


def roomy(pool: WorkerPool, seats: NDArray[np.int64], complexity: float) -> Field:
    """Return those of the seats whose workers have room for ``complexity``."""
    load, capacity = pool.load.vector[seats], pool.capacity.vector[seats]
    fits = (load + complexity <= capacity).nonzero()[0]
    if len(fits) <= FEW:
        return Field(pool, seats[fits].tolist())
    return Field(pool, seats[fits], load=load[fits], capacity=capacity[fits])
