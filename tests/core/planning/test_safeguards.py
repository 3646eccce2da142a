"""One case for each step of the planner: without the step, the plan of its case is worse."""

import numpy as np
import pytest

from apportion.core.planning.plan import plan
from apportion.core.planning.preference import Preference
from apportion.model.context import BalancingContext
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo

# Workers: id, capabilities, capacity. Tasks: capabilities, complexity, the row of values. Values: one for each worker.
CASES = {
    "exchanges raise the sum": (
        [("w0", "a", 1), ("w1", "ab", 2), ("w2", "a", 1)],
        [("b", 1, "x"), ("", 1, "x"), ("", 1, "y"), ("", 1, "y"), ("", 1, "z")],
        {"x": [5, 8, 7], "y": [8, 4, 0], "z": [0, 5, 7]},
        ["w1", "w1", "w0", None, "w2"],
    ),
    "a search places one more": (
        [("w0", "b", 5), ("w1", "ab", 1), ("w2", "a", 3)],
        [("", 1, "x"), ("", 2, "x"), ("", 1, "x"), ("b", 3, "x"), ("", 2, "x")],
        {"x": [2, 4, 0]},
        ["w1", "w0", "w2", "w0", "w2"],
    ),
    "the first of a shape gets the most liked of its places": (
        [("w0", "a", 1), ("w1", "ab", 1), ("w2", "ab", 2)],
        [("", 1, "x"), ("", 1, "y"), ("", 1, "y"), ("", 1, "y"), ("b", 1, "x")],
        {"x": [5, 4, 1], "y": [5, 4, 0]},
        ["w2", "w0", "w1", None, "w2"],
    ),
    "one by one is the least that is reached": (
        [("w0", "ab", 2), ("w1", "a", 3)],
        [("a", 1, "v"), ("", 1, "z"), ("", 2, "x"), ("", 2, "v"), ("", 1, "z")],
        {"v": [8, 6], "x": [7, 3], "z": [7, 5]},
        ["w0", "w0", None, "w1", "w1"],
    ),
    "who would lose most chooses first": (
        [("w0", "a", 3), ("w1", "a", 2), ("w2", "a", 5)],
        [("a", 2, "y"), ("", 1, "z"), ("b", 1, "x"), ("a", 1, "z"), ("", 2, "y"), ("a", 2, "v")],
        {"v": [6, 0, 0], "x": [1, 3, 3], "y": [8, 9, 0], "z": [8, 3, 8]},
        ["w1", "w0", None, "w2", "w0", "w2"],
    ),
    "what fits by a last bit in one order only is placed": (
        [("w0", "", 0.9), ("w1", "", 0.7), ("w2", "", 0.8)],
        [("", 0.1, "z"), ("", 0.3, "y"), ("", 0.2, "y"), ("", 0.7, "y"), ("", 0.3, "z"), ("", 0.3, "x")],
        {"x": [0, 6, 9], "y": [9, 2, 0], "z": [5, 7, 5]},
        ["w0", "w0", "w0", "w1", "w2", "w2"],
    ),
    "what does not fit by a last bit is not placed": (
        [("w0", "", 0.8), ("w1", "", 0.9)],
        [("", 0.2, "y"), ("", 0.2, "y"), ("", 0.2, "y"), ("", 0.3, "z"), ("", 0.3, "x")],
        {"x": [1, 5], "y": [2, 5], "z": [3, 1]},
        ["w1", "w1", "w1", "w0", "w0"],
    ),
}


@pytest.mark.parametrize(("workers", "tasks", "values", "expected"), CASES.values(), ids=CASES)
def test_each_step_is_needed(workers, tasks, values, expected):
    fleet = [WorkerInfo(id, list(able), capacity) for id, able, capacity in workers]
    queue = [
        QueuedTask(f"t{number}", TaskRequirements(list(needs), size, task_type=kind))
        for number, (needs, size, kind) in enumerate(tasks)
    ]
    told = Preference(lambda task, _workers: np.array(values[task.task_type], dtype=float))
    found = plan(queue, fleet, told, BalancingContext())
    assert [each.assigned_worker for each in found] == expected
