"""What a strategy tells a plan: how much it would like each worker for a task, and how that falls as workers fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

Vector = NDArray[np.float64]
"""One number for each worker, in the order of the workers."""

Mask = NDArray[np.bool_]
"""One truth value for each worker, in the order of the workers."""


def no_crowding(workers: Sequence[WorkerInfo]) -> Vector:
    """Return that nobody becomes less liked by being given tasks."""
    return np.zeros(len(workers))


class Preference(NamedTuple):
    """The seam between a strategy and the planner.

    Attributes:
        values: for a task, how much each worker is liked as it is now: finite, higher is better, and comparable between
            tasks, since a plan's aim is a high sum. (Adaptive: minus the expected time to success divided by that of
            the best worker for this type, so that a long task does not drown a short one.) Asked once for each shape
            of task, whatever the worker's room; tasks of one shape differ in priority and deadline alone.
        crowding: by how much a worker's value falls for each unit of complexity that the plan gives it, >= 0.
        name: whose preference it is, for the error where ``values`` gives what it must not.
    """

    values: Callable[[TaskRequirements, Sequence[WorkerInfo]], Vector]
    crowding: Callable[[Sequence[WorkerInfo]], Vector] = no_crowding
    name: str = "preference"
