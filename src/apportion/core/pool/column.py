"""One number for each seat of a pool, read one by one as Python floats and all at once by numpy."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Column:
    """A growing column of floats over one piece of memory.

    Ten workers are too few for numpy's fixed cost and ten thousand too many for a loop, so both ways in are open.
    Growing replaces both, so they are looked up at each use and never kept.

    Attributes:
        scalar: the numbers one by one.
        vector: the same memory as a numpy array.
    """

    __slots__ = ("scalar", "vector")

    scalar: array[float]
    vector: NDArray[np.float64]

    def __init__(self, size: int = 16) -> None:
        self.scalar = array("d", bytes(8 * size))
        self.vector = np.frombuffer(self.scalar, dtype=np.float64)

    def put(self, seat: int, value: float) -> None:
        """Write one number, growing to hold it."""
        while seat >= len(self.scalar):
            self._double()
        self.scalar[seat] = value

    def _double(self) -> None:
        grown = array("d", self.scalar)
        grown.frombytes(bytes(8 * len(self.scalar)))
        self.scalar = grown
        self.vector = np.frombuffer(grown, dtype=np.float64)
