"""Whom a task would rather have: each preference narrows the eligible, and only if somebody remains.

In this order: without ``avoid``; then the first of ``affinity``, the rules for its type and ``affinity_key`` that finds
anybody; then preferred constraints. No preference ever widens: requirements always hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from apportion.core import rendezvous
from apportion.core.candidates import Candidates, seats_of
from apportion.core.field import Field, field_of

if TYPE_CHECKING:
    from apportion.core.pool.members import Members
    from apportion.model.context import BalancingContext
    from apportion.model.task import TaskRequirements


def has_preferences(task: TaskRequirements, context: BalancingContext) -> bool:
    """Return whether anything but requirements speaks in the choice."""
    return bool(task.avoid or task.affinity or task.affinity_key or task.constraints) or (
        task.task_type is not None and task.task_type in context.affinity_rules
    )


def narrow(candidates: Candidates, task: TaskRequirements, context: BalancingContext) -> Candidates:
    """Return those of the candidates that the task prefers; all of them where none is preferred."""
    before = field = candidates.everyone()
    if not len(field):
        return candidates
    if task.avoid:
        field = _unless_empty(field.without(seats_of(field.pool, task.avoid)), field)
    field = _wanted(field, task, context)
    if any(each.weight is not None for each in task.constraints):
        field = _unless_empty(_best_labelled(field, candidates.members, context.load_threshold), field)
    if field is before:
        return candidates
    return candidates.only(field)


def _wanted(field: Field, task: TaskRequirements, context: BalancingContext) -> Field:
    """Return who is named by affinity, else by the rules, else by the key; everyone where nobody is."""
    rules = context.affinity_rules.get(task.task_type, frozenset[str]()) if task.task_type else frozenset[str]()
    for ids in (task.affinity, rules):
        if ids:
            named = _only(field, seats_of(field.pool, ids))
            if len(named):
                return named
    if task.affinity_key is not None:
        return _unless_empty(_owner(field, task.affinity_key, context.load_threshold), field)
    return field


def _owner(field: Field, key: str, load_threshold: float) -> Field:
    """Return the one worker that the key ranks first among those not above the load threshold; nobody if all are."""
    calm = _calm(field, load_threshold)
    if not len(calm):
        return calm
    prints = field.pool.fingerprints()[calm.seats]
    return Field(field.pool, [int(calm.seats[int(rendezvous.ranks(key, prints).argmax())])])


def _best_labelled(field: Field, members: Members | None, load_threshold: float) -> Field:
    """Return those that satisfy the most preferred constraints by weight, among those not above the load threshold."""
    calm = _calm(field, load_threshold)
    if not len(calm):
        return calm
    assert members is not None, "only those that were found among the members of a shape are narrowed"
    shares = members.satisfied_shares()[np.searchsorted(members.vector(), calm.seats)]
    return field_of(field.pool, np.asarray(calm.seats)[(shares == shares.max()).nonzero()[0]])


def _calm(field: Field, load_threshold: float) -> Field:
    """Return those whose utilisation is not above the threshold."""
    return field.within(field.evaluate(_utilization, field.load, field.capacity), load_threshold)


def _utilization(load: float, capacity: float) -> float:
    return load / capacity  # an eligible worker's capacity holds a task, so it is above 0


def _only(field: Field, seats: frozenset[int]) -> Field:
    return field_of(field.pool, [seat for seat in field.listed() if seat in seats])


def _unless_empty(narrowed: Field, before: Field) -> Field:
    return narrowed if len(narrowed) else before
