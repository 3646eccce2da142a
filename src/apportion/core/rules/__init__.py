"""Who may take a task: one file a rule, and the table of them, in the order in which refusals are listed.

A new rule is one file beside these and one line in `RULES`.
"""

from __future__ import annotations

from collections.abc import Sequence

from apportion.core.rules.anti_affinity import ANTI_AFFINITY
from apportion.core.rules.constraint import CONSTRAINT
from apportion.core.rules.custom import CustomRule, custom_rejection
from apportion.core.rules.draining import DRAINING
from apportion.core.rules.insufficient_capacity import INSUFFICIENT_CAPACITY
from apportion.core.rules.missing_capability import MISSING_CAPABILITY
from apportion.core.rules.offline import OFFLINE
from apportion.core.rules.overloaded import OVERLOADED
from apportion.core.rules.rule import Rule
from apportion.core.rules.task_type import TASK_TYPE
from apportion.model.score import Rejection
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

RULES: tuple[Rule, ...] = (
    OFFLINE,
    DRAINING,
    OVERLOADED,
    TASK_TYPE,
    MISSING_CAPABILITY,
    INSUFFICIENT_CAPACITY,
    ANTI_AFFINITY,
    CONSTRAINT,
)

_CODED = tuple((rule.code, rule.allows) for rule in RULES)
_CHECKS = tuple(rule.allows for rule in RULES)
_CHECKS_BUT_CAPACITY = tuple(rule.allows for rule in RULES if rule is not INSUFFICIENT_CAPACITY)


def rejections(task: TaskRequirements, worker: WorkerInfo, custom: Sequence[CustomRule] = ()) -> tuple[Rejection, ...]:
    """Return every reason why the worker may not take the task, in the order of the table; empty: it may.

    Args:
        task: what is needed.
        worker: the worker as it is now.
        custom: rules of the user's own, asked after those of the table.
    """
    found = [rule.rejection(task, worker) for rule in RULES]
    found += [custom_rejection(rule, task, worker) for rule in custom]
    return tuple(reason for reason in found if reason is not None)


def codes(task: TaskRequirements, worker: WorkerInfo, custom: Sequence[CustomRule] = ()) -> tuple[str, ...]:
    """Return the codes of `rejections`, without writing the reasons: several times as quick."""
    found = [code for code, allows in _CODED if not allows(task, worker)]
    if custom:
        found += ["custom" for rule in custom if rule(task, worker) is not None]
    return tuple(found)


def eligible(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker may take the task now: whether `rejections` is empty, without writing reasons."""
    for allows in _CHECKS:  # noqa: SIM110 -- `all` over a generator takes half as long again
        if not allows(task, worker):
            return False
    return True


def suitable(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker may take the task as soon as there is room: every rule but capacity."""
    for allows in _CHECKS_BUT_CAPACITY:  # noqa: SIM110 -- as above
        if not allows(task, worker):
            return False
    return True
