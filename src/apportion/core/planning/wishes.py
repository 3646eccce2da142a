"""Whom a task would rather have, for all workers at once: what ``core.preferences`` does for one pick."""

from __future__ import annotations

import numpy as np

from apportion.core import rendezvous
from apportion.core.planning.board import Board
from apportion.core.planning.preference import Mask, Vector
from apportion.core.scoring import satisfied_share
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements


class Wishes:
    """The preferences of one task: each narrows those that have room, and only if somebody remains.

    In this order: without ``avoid``; then the first of ``affinity``, the rules for its type and ``affinity_key`` that
    finds anybody; then preferred constraints. The last two look only at workers that are not above the load threshold.
    """

    def __init__(self, task: TaskRequirements, board: Board, context: BalancingContext) -> None:
        rules = context.affinity_rules.get(task.task_type, frozenset[str]()) if task.task_type else frozenset[str]()
        self._board = board
        self._threshold = context.load_threshold
        self._avoided = board.among(task.avoid) if task.avoid else None
        self._named = [board.among(ids) for ids in (task.affinity, rules) if ids]
        self._key_ranks = None
        if task.affinity_key is not None:
            ids = rendezvous.fingerprints([worker.id for worker in board.workers])
            self._key_ranks = rendezvous.ranks(task.affinity_key, ids)
        self._satisfied: Vector | None = None
        if any(each.weight is not None for each in task.constraints):
            self._satisfied = np.array([satisfied_share(task, worker) for worker in board.workers], dtype=np.float64)

    def narrow(self, able: Mask, load: Vector) -> Mask:
        """Return those of the workers with room that the task prefers; all of them where none is preferred.

        Args:
            able: who may take the task now; at least one.
            load: units that each worker holds at that moment of the plan.
        """
        if self._avoided is not None:
            able = _unless_empty(able & ~self._avoided, able)
        able = self._wanted(able, load)
        if self._satisfied is not None:
            calm = self._calm(able, load)
            if calm.any():
                able = calm & (self._satisfied == self._satisfied[calm].max())
        return able

    def _wanted(self, able: Mask, load: Vector) -> Mask:
        for ids in self._named:
            named = able & ids
            if named.any():
                return named
        if self._key_ranks is None:
            return able
        calm = self._calm(able, load)
        if not calm.any():
            return able
        owner = np.zeros(len(calm), dtype=bool)
        owner[np.where(calm, self._key_ranks, 0).argmax()] = True
        return owner

    def _calm(self, able: Mask, load: Vector) -> Mask:
        """Return those not above the load threshold. Who may take a task has a capacity, so nothing is divided by 0."""
        utilization = np.divide(load, self._board.capacity, out=np.full(len(load), np.inf), where=able)
        calm: Mask = utilization <= self._threshold
        return calm


def wishes_of(task: TaskRequirements, board: Board, context: BalancingContext) -> Wishes | None:
    """Return the preferences of a task, or None where it has none."""
    by_rule = task.task_type is not None and bool(context.affinity_rules.get(task.task_type))
    labelled = any(each.weight is not None for each in task.constraints)
    if task.avoid or task.affinity or by_rule or labelled or task.affinity_key is not None:
        return Wishes(task, board, context)
    return None


def _unless_empty(narrowed: Mask, before: Mask) -> Mask:
    return narrowed if narrowed.any() else before
