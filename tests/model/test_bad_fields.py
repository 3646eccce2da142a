"""A value that makes no sense is refused where it is made, by an error that names its field."""

from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.errors import FieldTypeError
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.metrics import WorkerMetrics
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.score import Rejection, ScoreBreakdown, WorkerScore
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo

A_WORKER = WorkerInfo("w1", {"python"}, 10)
A_BREAKDOWN = ScoreBreakdown(1, 1, 0.5, 1)

VALID: dict[type[Any], dict[str, Any]] = {
    WorkerInfo: {"id": "w1", "capabilities": {"python"}, "max_capacity": 10},
    WorkerMetrics: {},
    TaskRequirements: {},
    QueuedTask: {"id": "t1", "requirements": TaskRequirements()},
    BalancingContext: {},
    Constraint: {"label": "memory", "operator": ">=", "value": 24},
    RebalanceRecommendation: {
        "reason": "w1 is overloaded", "from_worker": "w1", "to_worker": "w2", "task_id": None, "priority": 9,
    },
    Rejection: {"code": "offline", "detail": "the worker is offline"},
    ScoreBreakdown: {"capacity_score": 1, "performance_score": 1, "affinity_score": 0.5, "reliability_score": 1},
    WorkerScore: {"worker": A_WORKER, "score": 0.5, "breakdown": A_BREAKDOWN, "eligible": True},
}  # fmt: skip

NO_NUMBERS: list[Any] = ["1", "", None, [1], {}, True, b"1", 1j]
NOT_FINITE = [nan, inf, -inf, 10**400, Fraction(10**400)]
NO_NAMES = ["python", b"python", 3, None, {"python": 1}, ["python", 3], ["python", None], [["python"]]]
NO_TEXT = [3, None, b"w1", ["w1"], True]
NO_MAPPINGS = [["a"], [], "a", 3, (), {1: 0.5}, {None: 0.5}]


def but(values, *allowed):
    return [value for value in values if not any(value is each for each in allowed)]


NUMBERS: list[tuple[type[Any], str, list[Any], list[Any]]] = [
    # type, field, the wrong types, the values out of bounds
    (WorkerInfo, "max_capacity", NO_NUMBERS, [-1, -0.001, *NOT_FINITE]),
    (WorkerInfo, "current_load", NO_NUMBERS, [-1, *NOT_FINITE]),
    (WorkerInfo, "latency", but(NO_NUMBERS, None), [-0.1, *NOT_FINITE]),
    (WorkerMetrics, "success_rate", NO_NUMBERS, [-0.1, 1.1, *NOT_FINITE]),
    (WorkerMetrics, "average_task_duration", NO_NUMBERS, [-1, *NOT_FINITE]),
    (WorkerMetrics, "tasks_completed", NO_NUMBERS, [-1, 1.5, *NOT_FINITE]),
    (WorkerMetrics, "tasks_failed", NO_NUMBERS, [-1, 1.5, *NOT_FINITE]),
    (WorkerMetrics, "last_failure_at", but(NO_NUMBERS, None), NOT_FINITE),
    (WorkerMetrics, "uptime", NO_NUMBERS, [-1, *NOT_FINITE]),
    (TaskRequirements, "complexity", NO_NUMBERS, [0, -1, *NOT_FINITE]),
    (TaskRequirements, "priority", NO_NUMBERS, NOT_FINITE),
    (TaskRequirements, "estimated_duration", but(NO_NUMBERS, None), [-1, *NOT_FINITE]),
    (TaskRequirements, "deadline", but(NO_NUMBERS, None), NOT_FINITE),
    (BalancingContext, "load_threshold", NO_NUMBERS, [0, -0.1, 1.1, *NOT_FINITE]),
    (Constraint, "weight", but(NO_NUMBERS, None), [0, -1, *NOT_FINITE]),
    (RebalanceRecommendation, "priority", NO_NUMBERS, [-1, 11, 1.5, *NOT_FINITE]),
    (WorkerScore, "score", NO_NUMBERS, [-0.1, 1.1, *NOT_FINITE]),
    *((ScoreBreakdown, name, NO_NUMBERS, [-0.1, 1.1, *NOT_FINITE]) for name in VALID[ScoreBreakdown]),
]
OTHERS: list[tuple[type[Any], str, list[Any], list[Any]]] = [
    (WorkerInfo, "id", NO_TEXT, [""]),
    (WorkerInfo, "capabilities", NO_NAMES, [[""]]),
    (WorkerInfo, "status", [], ["asleep", None, 3, [], ""]),
    (WorkerInfo, "metrics", [{}, 1.0, "good"], []),
    (WorkerInfo, "affinity", [*NO_MAPPINGS, {"a": "much"}], [{"": 0.5}, {"a": 1.5}, {"a": -0.1}, {"a": nan}]),
    (WorkerInfo, "region", but(NO_TEXT, None), [""]),
    (WorkerInfo, "labels", [*NO_MAPPINGS, {"a": None}, {"a": [1]}], [{"": 1}, {"a": nan}, {"a": inf}]),
    (WorkerInfo, "task_types", but(NO_NAMES, None), [[""]]),
    (WorkerInfo, "kind", but(NO_TEXT, None), [""]),
    (TaskRequirements, "capabilities", NO_NAMES, [[""]]),
    (TaskRequirements, "task_type", but(NO_TEXT, None), [""]),
    (TaskRequirements, "affinity", NO_NAMES, [[""]]),
    (TaskRequirements, "anti_affinity", NO_NAMES, [[""]]),
    (TaskRequirements, "avoid", NO_NAMES, [[""]]),
    (TaskRequirements, "affinity_key", but(NO_TEXT, None), [""]),
    (TaskRequirements, "constraints", [3, None, "gpu", {}, [3], Constraint("a", "exists"), [{"label": "a"}]], []),
    (TaskRequirements, "explore", [1, "no", None], []),
    (QueuedTask, "id", NO_TEXT, [""]),
    (QueuedTask, "requirements", [None, {}, "gpu"], []),
    (QueuedTask, "assigned_worker", but(NO_TEXT, None), [""]),
    (BalancingContext, "task_history", [*but(NO_MAPPINGS, ()), {"w1": "lint"}, {"w1": [3]}], [{"": []}, {"w1": [""]}]),
    (BalancingContext, "recent_failures", [*NO_MAPPINGS, {"w1": "now"}], [{"": 1.0}, {"w1": nan}]),
    (BalancingContext, "affinity_rules", [*NO_MAPPINGS, {"lint": "w1"}, {"lint": 3}], [{"": ["w1"]}, {"lint": [""]}]),
    (Constraint, "label", NO_TEXT, [""]),
    (Constraint, "operator", NO_TEXT, ["", "=", "=>", "IN", "not in"]),
    (Constraint, "value", [None, [1], {}, b"a"], [nan, inf]),
    (RebalanceRecommendation, "reason", NO_TEXT, [""]),
    (RebalanceRecommendation, "from_worker", NO_TEXT, [""]),
    (RebalanceRecommendation, "to_worker", but(NO_TEXT, None), [""]),
    (RebalanceRecommendation, "task_id", but(NO_TEXT, None), [""]),
    (Rejection, "code", NO_TEXT, [""]),
    (Rejection, "detail", NO_TEXT, []),
    (WorkerScore, "worker", [None, {}, "w1"], []),
    (WorkerScore, "breakdown", [None, {}, 1.0], []),
    (WorkerScore, "eligible", [None, 1, "yes"], []),
    (WorkerScore, "rejections", [None, 3, "no", ["offline"]], []),
]
CASES = [
    pytest.param(cls, field, value, error, id=f"{cls.__name__}.{field}-{number}-{error.__name__}")
    for cls, field, wrong, outside in [*NUMBERS, *OTHERS]
    for error, values in ((TypeError, wrong), (ValueError, outside))
    for number, value in enumerate(values)
]


def as_given(value):
    """Return what the message should quote, of a value that is short."""
    return repr(value) if not isinstance(value, list | dict | tuple) and len(repr(value)) < 40 else ""


@pytest.mark.parametrize(("cls", "field", "value", "error"), CASES)
def test_a_bad_field_is_refused_by_name(cls, field, value, error):
    with pytest.raises(error, match=rf"{cls.__name__}\.{field}\b") as raised:
        cls(**{**VALID[cls], field: value})
    assert as_given(value) in str(raised.value) or value in ("", b"a", None)


@pytest.mark.parametrize(("cls", "fields"), VALID.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_what_the_bad_fields_are_put_into_is_valid_itself(cls, fields):
    assert cls(**fields) == cls(**fields)


@pytest.mark.parametrize("operator", ["in", "not-in"])
@pytest.mark.parametrize("value", ["eu", 3, None, {"eu": 1}, b"eu", [None], [["eu"]], [nan]])
def test_a_list_operator_needs_a_list_of_labels(operator, value):
    with pytest.raises((TypeError, ValueError), match=r"Constraint\.value"):
        Constraint("region", operator, value)


def test_an_unknown_status_names_the_nearest():
    with pytest.raises(ValueError, match=r"did you mean 'draining'.*idle, busy, overloaded, draining, offline"):
        WorkerInfo("w1", (), 1, status="drainig")


def test_a_bare_string_is_told_how_to_write_it():
    with pytest.raises(TypeError, match=r"not the bare string 'gpu'; write \['gpu'\]"):
        TaskRequirements("gpu")


def test_loads_above_the_capacity_are_legal():
    worker = WorkerInfo("w1", (), 10, 25)
    assert (worker.current_load, worker.utilization, worker.free_capacity) == (25, 2.5, 0)


def test_no_capacity_is_full():
    assert WorkerInfo("w1", (), 0).utilization == 1.0
    assert WorkerInfo("w1", (), 0).free_capacity == 0


@pytest.mark.parametrize("ten", [np.int64(10), np.float32(10), np.float64(10), Fraction(10)])
def test_numbers_of_other_libraries_become_pythons_own(ten):
    worker = WorkerInfo("w1", (), ten)
    assert worker.max_capacity == 10
    assert type(worker.max_capacity) in {int, float}


@pytest.mark.parametrize("given_as", [list, tuple, set, frozenset, iter, lambda names: (name for name in names)])
def test_any_iterable_of_names_will_do_and_is_read_once(given_as):
    names = ["gpu", "python", "gpu"]
    assert WorkerInfo("w1", given_as(names), 1).capabilities == {"gpu", "python"}
    assert TaskRequirements(affinity=given_as(names)).affinity == {"gpu", "python"}
    assert BalancingContext(task_history={"w1": given_as(["a", "b"])}).task_history["w1"] in (("a", "b"), ("b", "a"))
    assert BalancingContext(affinity_rules={"lint": given_as(names)}).affinity_rules["lint"] == {"gpu", "python"}


def test_history_keeps_its_order_and_its_repetitions():
    assert BalancingContext(task_history={"w1": iter("abab")}).task_history == {"w1": ("a", "b", "a", "b")}


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0), st.floats(0, 1))
def test_every_number_that_makes_sense_is_kept_as_it_is(capacity, share):
    worker = WorkerInfo("w1", (), capacity, metrics=WorkerMetrics(success_rate=share), affinity={"a": share})
    assert (worker.max_capacity, worker.metrics.success_rate, worker.affinity["a"]) == (capacity, share, share)


def test_failure_rate_is_the_rest_of_the_success_rate():
    assert WorkerMetrics(success_rate=0.75).failure_rate == 0.25


def test_the_error_is_found_by_field():
    with pytest.raises(FieldTypeError) as raised:
        WorkerInfo.from_dict({"id": "w1", "capabilities": 3, "max_capacity": 1})
    assert raised.value.field == "WorkerInfo.capabilities"
