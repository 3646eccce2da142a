"""Values are immutable, take their fields by keyword or in order, compare by value, and go through plain JSON."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.scoring import ScoreWeights, score
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.metrics import WorkerMetrics
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.score import Rejection, ScoreBreakdown, WorkerScore
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus
from tests import generators as some

ORDER = {
    WorkerMetrics: [
        "success_rate", "average_task_duration", "tasks_completed", "tasks_failed", "last_failure_at", "uptime",
    ],
    WorkerInfo: [
        "id", "capabilities", "max_capacity", "current_load", "status", "metrics", "affinity", "region", "latency",
        "labels", "task_types", "kind",
    ],
    TaskRequirements: [
        "capabilities", "complexity", "priority", "task_type", "estimated_duration", "affinity", "anti_affinity",
        "avoid", "affinity_key", "constraints", "deadline",
    ],
    QueuedTask: ["id", "requirements", "assigned_worker"],
    BalancingContext: ["task_history", "recent_failures", "affinity_rules", "load_threshold"],
    ScoreBreakdown: ["capacity_score", "performance_score", "affinity_score", "reliability_score"],
    WorkerScore: ["worker", "score", "breakdown", "eligible", "rejections"],
    Rejection: ["code", "detail"],
    RebalanceRecommendation: ["reason", "from_worker", "to_worker", "task_id", "priority"],
    Constraint: ["label", "operator", "value", "weight"],
}  # fmt: skip

DEFAULTS = {
    WorkerMetrics(): WorkerMetrics(1.0, 0.0, 0, 0, None, 0.0),
    WorkerInfo("w", [], 1): WorkerInfo(
        "w", [], 1, 0, WorkerStatus.IDLE, WorkerMetrics(), {}, None, None, {}, None, None
    ),
    TaskRequirements(): TaskRequirements((), 1, 5, None, None, (), (), (), None, (), None),
    QueuedTask("t", TaskRequirements()): QueuedTask("t", TaskRequirements(), None),
    Constraint("a", "exists"): Constraint("a", "exists", None, None),
}


@st.composite
def scores(draw):
    """Return the score of a worker as the core makes it."""
    worker, task = draw(some.workers()), draw(some.tasks())
    total, breakdown = score(task, worker, draw(some.contexts))
    reasons = draw(st.lists(st.builds(Rejection, st.sampled_from(("offline", "custom")), st.text()), max_size=2))
    return WorkerScore(worker, total, breakdown, not reasons, reasons)


recommendations = st.builds(
    RebalanceRecommendation,
    reason=st.text(min_size=1),
    from_worker=st.sampled_from(some.WORKER_IDS),
    to_worker=st.none() | st.sampled_from(some.WORKER_IDS),
    task_id=st.none() | st.just("t1"),
    priority=st.integers(0, 10),
)
values = st.one_of(
    some.metrics,
    some.workers(region=st.none() | st.just("eu"), latency=st.none() | some.loads, kind=st.none() | st.just("big")),
    some.tasks(estimated_duration=st.none() | some.sizes, deadline=st.none() | some.sizes, explore=st.booleans()),
    st.builds(QueuedTask, st.text(min_size=1), some.tasks(), st.none() | st.sampled_from(some.WORKER_IDS)),
    some.contexts,
    some.constraints(),
    scores(),
    recommendations,
    st.builds(ScoreWeights, st.integers(1, 3), st.integers(0, 3)),
)


@pytest.mark.parametrize(("cls", "names"), ORDER.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_fields_stand_in_the_order_of_the_promise(cls, names):
    assert [field.name for field in fields(cls)][: len(names)] == names
    assert [*cls.__init__.__annotations__][: len(names)] == names


@pytest.mark.parametrize(("short", "whole"), DEFAULTS.items(), ids=lambda each: type(each).__name__)
def test_defaults_are_those_of_the_promise(short, whole):
    assert short == whole


def test_the_threshold_is_four_fifths_and_the_rest_is_empty():
    assert BalancingContext() == BalancingContext({}, {}, {}, 0.8)


@given(values)
def test_values_go_through_plain_json(value):
    assert type(value).from_dict(json.loads(json.dumps(value.to_dict(), allow_nan=False))) == value


@given(values)
def test_values_are_the_same_by_keyword_and_in_order(value):
    given_fields = {field.name: getattr(value, field.name) for field in fields(value)}
    assert type(value)(**given_fields) == type(value)(*given_fields.values()) == value


@given(values)
def test_copies_and_pickles_are_equal(value):
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


@given(values)
def test_no_field_can_be_set_or_deleted(value):
    before = copy.deepcopy(value)
    for field in fields(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, getattr(value, field.name))
        with pytest.raises(FrozenInstanceError):
            delattr(value, field.name)
    assert value == before


CHANGES = [
    lambda mapping: mapping.__setitem__("a", 1),
    lambda mapping: mapping.__delitem__("lint"),
    lambda mapping: mapping.update(a=1),
    lambda mapping: mapping.pop("lint"),
    lambda mapping: mapping.popitem(),
    lambda mapping: mapping.setdefault("a", 1),
    lambda mapping: mapping.clear(),
    lambda mapping: mapping.__ior__({"a": 1}),
]


@pytest.mark.parametrize("change", CHANGES)
def test_mappings_inside_cannot_be_changed(change):
    inside = [
        WorkerInfo("w1", (), 1, affinity={"lint": 0.5}).affinity,
        WorkerInfo("w1", (), 1, labels={"lint": 0.5}).labels,
        BalancingContext({"lint": ("a",)}).task_history,
        BalancingContext(recent_failures={"lint": 1.0}).recent_failures,
        BalancingContext(affinity_rules={"lint": ("w1",)}).affinity_rules,
    ]
    before = copy.deepcopy(inside)
    for mapping in inside:
        with pytest.raises(TypeError):
            change(mapping)
    assert inside == before


def test_values_do_not_follow_what_they_were_made_of():
    skills, labels, affinity, rules = {"python"}, {"a": 1}, {"lint": 0.5}, {"lint": {"w1"}}
    worker = WorkerInfo("w1", skills, 1, labels=labels, affinity=affinity)
    context = BalancingContext(affinity_rules=rules)
    for given_away in (skills, labels, affinity, rules["lint"]):
        given_away.clear()
    assert worker == WorkerInfo("w1", {"python"}, 1, labels={"a": 1}, affinity={"lint": 0.5})
    assert context.affinity_rules == {"lint": {"w1"}}


@given(values)
def test_what_to_dict_gives_belongs_to_the_caller(value):
    before = copy.deepcopy(value)
    for inside in value.to_dict().values():
        if isinstance(inside, dict | list):
            inside.clear()
    assert value == before


@given(some.workers(), some.tasks())
def test_values_can_be_kept_in_sets(worker, task):
    assert len({worker, copy.deepcopy(worker)}) == len({task, copy.deepcopy(task)}) == 1


@pytest.mark.parametrize("cls", ORDER)
def test_an_unknown_field_is_refused_by_name(cls):
    with pytest.raises(ValueError, match=rf"{cls.__name__}\.colour: unknown field"):
        cls.from_dict({"colour": "red"})


@pytest.mark.parametrize(
    ("cls", "name"), [(WorkerInfo, "id"), (QueuedTask, "id"), (Constraint, "label"), (Rejection, "code")]
)
def test_a_missing_field_is_refused_by_name(cls, name):
    with pytest.raises(TypeError, match=rf"{cls.__name__}\.{name}: is required"):
        cls.from_dict({})


@pytest.mark.parametrize("data", [None, [], "w1", 3])
def test_from_dict_reads_mappings_only(data):
    with pytest.raises(TypeError, match="WorkerInfo"):
        WorkerInfo.from_dict(data)


@pytest.mark.parametrize("data", [3, "gpu", {"label": "a"}, ["gpu"], [None]])
def test_constraints_that_are_no_list_of_constraints_are_refused_by_name(data):
    with pytest.raises(TypeError, match=r"TaskRequirements\.constraints|Constraint"):
        TaskRequirements.from_dict({"constraints": data})


def test_fields_left_out_get_their_defaults():
    assert WorkerInfo.from_dict({"id": "w1", "capabilities": ["a"], "max_capacity": 3}) == WorkerInfo("w1", {"a"}, 3)
    assert TaskRequirements.from_dict({}) == TaskRequirements()


def test_statuses_are_strings():
    assert [str(status) for status in WorkerStatus] == ["idle", "busy", "overloaded", "draining", "offline"]
    assert WorkerInfo("w1", (), 1, status="busy").status is WorkerStatus.BUSY


def test_replace_checks_what_it_is_given():
    worker = WorkerInfo("w1", {"python"}, 10, 4)
    assert worker.replace(current_load=5) == WorkerInfo("w1", {"python"}, 10, 5)
    with pytest.raises(ValueError, match=r"WorkerInfo\.current_load"):
        worker.replace(current_load=-5)
    with pytest.raises(ValueError, match=r"WorkerInfo\.load: unknown field"):
        worker.replace(load=5)
