"""The moves of tasks that even out the load, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

import numpy as np

from apportion.core.planning.board import Board
from apportion.core.rebalance.balance import Balance
from apportion.core.rebalance.batch import Batch

LEAST_GAIN = 1e-9
"""By how much a move must lower the variance: less is lost in the last bits of whoever checks it."""

LEAST_GAP = 0.05
"""By how much the source must be more utilised than the target: for less, moving costs more than it brings."""

MOST_LOOKS = 20_000
"""Searches for a batch's best target, a few microseconds each and more with many workers; then the advice ends."""


class Move(NamedTuple):
    """One task's move: who, from where, to where (seats on the board), and how loaded both were before it."""

    id: str
    source: int
    target: int
    amount: float
    source_utilization: float
    target_utilization: float


class _Offer(NamedTuple):
    """The best move of a batch when it was last looked at; ordered by gain, then by the order of the queue."""

    loss: float
    batch: int
    target: int


def best_moves(batches: Sequence[Batch], board: Board, load_threshold: float) -> Iterator[Move]:
    """Yield moves, each the best that is left: the one that lowers the variance of utilisation most.

    Carried out in order, none brings its target above its capacity or the load threshold, and each lowers the variance.
    Sources are online and busier than the average, so that load flows from the busiest.
    """
    balance = Balance(board)
    looks = MOST_LOOKS
    offers = [_offer(batches[number], number, balance, board, load_threshold) for number in range(len(batches))]
    heap = [offer for offer in offers if offer is not None]
    heapify(heap)
    while heap and looks > 0:
        looks -= 1
        offered = heap[0]
        batch = batches[offered.batch]
        offer = _offer(batch, offered.batch, balance, board, load_threshold)
        if offer is None:
            heappop(heap)
        elif offer > offered and len(heap) > 1 and offer > min(heap[1:3]):
            heapreplace(heap, offer)  # moves since then have made it worse than another
        else:
            heappop(heap)
            yield _carry_out(batch, offer.target, balance)
            if batch.ids:
                heappush(heap, offer)


def _offer(batch: Batch, number: int, balance: Balance, board: Board, load_threshold: float) -> _Offer | None:
    """Return the best move of one of the batch's tasks as things stand, or None."""
    source, amount = batch.source, batch.complexity
    utilization = float(balance.utilization[source])
    stays = batch.keyed and utilization <= load_threshold
    if stays or not balance.online[source] or utilization <= balance.mean or balance.load[source] < amount:
        return None
    load = balance.load + amount
    open_to = batch.targets & (load <= board.capacity) & (balance.utilization < utilization - LEAST_GAP)
    after = np.divide(load, board.capacity, out=np.ones(len(load)), where=open_to)
    open_to &= after <= load_threshold
    gains = np.where(open_to, balance.gains(source, amount), 0.0)
    target = int(gains.argmax())
    gain = float(gains[target])
    return _Offer(-gain, number, target) if gain > LEAST_GAIN else None


def _carry_out(batch: Batch, target: int, balance: Balance) -> Move:
    source = batch.source
    before = float(balance.utilization[source]), float(balance.utilization[target])
    balance.move(source, target, batch.complexity)
    return Move(batch.ids.pop(0), source, target, batch.complexity, *before)
