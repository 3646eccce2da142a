"""How evenly the online workers are loaded, as moves are carried out one after the other."""

from __future__ import annotations

import numpy as np

from apportion.core.planning.board import Board
from apportion.core.planning.preference import Mask, Vector
from apportion.model.worker import WorkerStatus


class Balance:
    """Loads and utilisations of the workers on a board, and what a move would do to their variance.

    Attributes:
        load: units that each worker holds after the moves so far.
        utilization: load / capacity; 1 at capacity 0, whatever it holds.
        online: who is not offline; the variance is theirs.
    """

    def __init__(self, board: Board) -> None:
        self.load: Vector = board.load.copy()
        self.online: Mask = np.array(
            [worker.status is not WorkerStatus.OFFLINE for worker in board.workers], dtype=bool
        )
        self._share: Vector = np.divide(1.0, board.capacity, out=np.zeros(len(self.load)), where=board.capacity > 0)
        ones = np.ones(len(self.load))
        self.utilization: Vector = np.divide(self.load, board.capacity, out=ones, where=board.capacity > 0)
        self._capacity = board.capacity
        self._number = max(1, int(self.online.sum()))
        self._sum = float(self.utilization[self.online].sum())

    @property
    def mean(self) -> float:
        """Mean utilisation of the online workers."""
        return self._sum / self._number

    def gains(self, source: int, amount: float) -> Vector:
        """Return by how much the population variance falls if ``amount`` moves from ``source``, for each target.

        With u the utilisations of n workers, V = sum(u^2)/n - (sum(u)/n)^2. The move takes ``less`` from the source's
        u and adds ``more`` to the target's.
        """
        here, less = float(self.utilization[source]), amount * float(self._share[source])
        more = amount * self._share
        squares = (here - less) ** 2 - here**2 + more * (2 * self.utilization + more)
        total = self._sum + more - less
        gains: Vector = (total**2 - self._sum**2) / self._number**2 - squares / self._number
        gains[source] = 0.0
        return gains

    def move(self, source: int, target: int, amount: float) -> None:
        """Carry out a move."""
        for worker, change in ((source, -amount), (target, amount)):
            before = float(self.utilization[worker])
            self.load[worker] += change
            if self._capacity[worker] > 0:
                self.utilization[worker] = self.load[worker] / self._capacity[worker]
            self._sum += float(self.utilization[worker]) - before
