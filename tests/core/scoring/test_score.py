"""The score, by its arithmetic: each expected value has its sum beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.scoring import ScoreWeights, affinity_score, capacity_score, reliability_score, score
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.metrics import WorkerMetrics
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import generators as some

NOTHING = BalancingContext()


def worker(**fields):
    return WorkerInfo(**{"id": "w1", "capabilities": (), "max_capacity": 10, **fields})


def affinity(task=None, context=NOTHING, **fields):
    return affinity_score(TaskRequirements(**{"task_type": "lint", **(task or {})}), worker(**fields), context)


@pytest.mark.parametrize(
    ("capacity", "load", "expected"),
    [(10, 0, 1.0), (10, 4, 0.6), (10, 10, 0.0), (10, 15, 0.0), (0, 0, 0.0), (0, 3, 0.0)],
)
def test_capacity_is_the_free_share(capacity, load, expected):
    assert capacity_score(worker(max_capacity=capacity, current_load=load)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("duration", "success", "expected"),
    [
        (0, 1.0, 1.0),  # 1/(1+0) - 0
        (10, 1.0, 0.5),  # 1/(1+1) - 0
        (10, 0.6, 0.3),  # 0.5 - 0.5*0.4
        (0, 0.0, 0.5),  # 1 - 0.5*1
        (90, 0.0, 0.0),  # 0.1 - 0.5, clamped
    ],
)
def test_reliability_is_speed_less_half_the_failures(duration, success, expected):
    metrics = WorkerMetrics(success_rate=success, average_task_duration=duration)
    assert reliability_score(metrics) == pytest.approx(expected)


def test_affinity_with_no_history_and_no_rule_is_exactly_one_half():
    assert affinity() == 0.5
    assert affinity({"task_type": None}) == 0.5
    assert affinity(context=BalancingContext(task_history={"w2": ["lint"]}, affinity_rules={"test": ["w1"]})) == 0.5


def test_history_adds_its_share_of_a_fifth():
    half = BalancingContext(task_history={"w1": ["lint", "test", "lint", "test"]})
    assert affinity(context=half) == pytest.approx(0.6)  # 0.5 + 0.2*2/4
    assert affinity(context=BalancingContext(task_history={"w1": ["lint"]})) == pytest.approx(0.7)  # 0.5 + 0.2


def test_what_the_worker_states_replaces_one_half_and_history():
    lint_only = BalancingContext(task_history={"w1": ["lint"]})
    assert affinity(context=lint_only, affinity={"lint": 0.1}) == pytest.approx(0.1)
    assert affinity(context=lint_only, affinity={"test": 0.1}) == pytest.approx(0.7)
    assert affinity(affinity={"lint": 0.0}) == 0.0


def test_being_preferred_by_the_task_or_a_rule_adds_once():
    rules = BalancingContext(affinity_rules={"lint": ["w1"]})
    assert affinity({"affinity": ["w1"]}) == pytest.approx(0.8)  # 0.5 + 0.3
    assert affinity(context=rules) == pytest.approx(0.8)
    assert affinity({"affinity": ["w1"]}, rules) == pytest.approx(0.8)
    assert affinity({"affinity": ["w2"]}) == 0.5


def test_preferred_constraints_add_by_satisfied_weight():
    wanted = [
        Constraint("zone", "==", "eu", weight=2),
        Constraint("disk", "exists", weight=1),
        Constraint("x", "!=", 1),
    ]
    assert affinity({"constraints": wanted}, labels={"zone": "eu"}) == pytest.approx(0.7)  # 0.5 + 0.3*2/3
    assert affinity({"constraints": wanted}, labels={"zone": "us"}) == 0.5
    assert affinity({"constraints": wanted[2:]}) == 0.5  # required ones give nothing


def test_anti_affinity_takes_a_half_and_the_sum_is_clamped():
    assert affinity({"anti_affinity": ["w1"]}) == 0.0  # 0.5 - 0.5
    assert affinity({"anti_affinity": ["w1"]}, affinity={"lint": 0.2}) == 0.0  # 0.2 - 0.5
    assert affinity({"affinity": ["w1"]}, affinity={"lint": 0.9}) == 1.0  # 0.9 + 0.3


def test_the_total_is_the_weighted_sum():
    metrics = WorkerMetrics(success_rate=0.9, average_task_duration=10)
    total, breakdown = score(TaskRequirements(), worker(current_load=5, metrics=metrics), NOTHING)
    assert breakdown.to_dict() == pytest.approx(
        {"capacity_score": 0.5, "performance_score": 0.9, "affinity_score": 0.5, "reliability_score": 0.45}
    )
    assert total == pytest.approx(0.615)  # 0.4*0.5 + 0.3*0.9 + 0.2*0.5 + 0.1*0.45


def test_weights_are_relative():
    one, other = ScoreWeights(2, 2, 0, 0), ScoreWeights(0.5, 0.5, 0, 0)
    half_full = worker(current_load=5)
    assert score(TaskRequirements(), half_full, NOTHING, one).total == pytest.approx(0.75)  # (0.5 + 1) / 2
    assert score(TaskRequirements(), half_full, NOTHING, other).total == pytest.approx(0.75)


@pytest.mark.parametrize("weights", [(0, 0, 0, 0), (-1, 1, 1, 1), (float("nan"), 1, 1, 1)])
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(ValueError, match="ScoreWeights"):
        ScoreWeights(*weights)


def test_a_weight_that_is_no_number_is_refused_by_name():
    with pytest.raises(TypeError, match=r"ScoreWeights\.affinity"):
        ScoreWeights(affinity="much")  # type: ignore[arg-type]


def test_weights_go_through_plain_json():
    weights = ScoreWeights(1, 2, 3, 4)
    assert ScoreWeights.from_dict(weights.to_dict()) == weights


@given(some.tasks(), some.workers(), some.contexts, st.tuples(*[st.integers(1, 9)] * 4))
def test_score_and_factors_lie_in_0_to_1(task, worker, context, weights):
    total, breakdown = score(task, worker, context, ScoreWeights(*weights))
    assert all(0 <= value <= 1 for value in (total, *breakdown.to_dict().values()))
