"""The moves of tasks that even out the load, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np

from apportion.core.planning.board import Board
from apportion.core.rebalance.balance import Balance
from apportion.core.rebalance.batch import Batch

LEAST_GAIN = 1e-9
"""By how much a move must lower the variance: less is lost in the last bits of whoever checks it."""

LEAST_GAP = 0.05
"""By how much the source must be more utilised than the target: for less, moving costs more than it brings."""

FEW = 64
"""Batches up to which all are looked at after every move."""

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

    Where there are many batches, an offer is looked at again only when it comes to the front: most offers only get
    worse by other moves. All are looked at again when none is left, and with few batches after every move.
    """
    balance = Balance(board)
    looks = MOST_LOOKS
    heap: list[_Offer] = []
    while looks > 0:
        if not heap or len(batches) <= FEW:
            looks -= len(batches)
            heap = _offers(batches, balance, board, load_threshold)
            if not heap:
                return
        looks -= 1
        offered = heappop(heap)
        batch = batches[offered.batch]
        offer = _offer(batch, offered.batch, balance, board, load_threshold)
        if offer is None:
            continue
        if heap and offer > heap[0]:
            heappush(heap, offer)  # moves since then have made it worse than another
            continue
        yield _carry_out(batch, offer.target, balance)
        heappush(heap, offer)


def _offers(batches: Sequence[Batch], balance: Balance, board: Board, load_threshold: float) -> list[_Offer]:
    """Return the best move of every batch, as a heap."""
    offers = [_offer(batch, number, balance, board, load_threshold) for number, batch in enumerate(batches)]
    heap = [offer for offer in offers if offer is not None]
    heapify(heap)
    return heap


def _offer(batch: Batch, number: int, balance: Balance, board: Board, load_threshold: float) -> _Offer | None:
    """Return the best move of one of the batch's tasks as things stand, or None."""
    source, amount = batch.source, batch.complexity
    utilization = float(balance.utilization[source])
    stays = batch.keyed and utilization <= load_threshold
    if (
        not batch.ids
        or stays
        or not balance.online[source]
        or utilization <= balance.mean
        or balance.load[source] < amount
    ):
        return None
    load = balance.load + amount
    open_to = batch.targets & (board.capacity > 0) & (balance.utilization < utilization - LEAST_GAP)
    after = np.divide(load, board.capacity, out=np.full(len(load), np.inf), where=open_to)
    open_to &= after <= load_threshold  # which is at most 1, so there is room as well
    gains = np.where(open_to, balance.gains(source, amount), 0.0)
    target = int(gains.argmax())
    gain = float(gains[target])
    return _Offer(-gain, number, target) if gain > LEAST_GAIN else None


def _carry_out(batch: Batch, target: int, balance: Balance) -> Move:
    source = batch.source
    before = float(balance.utilization[source]), float(balance.utilization[target])
    balance.move(source, target, batch.complexity)
    return Move(batch.ids.pop(0), source, target, batch.complexity, *before)
