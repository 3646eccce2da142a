"""What a balancer remembers: a live context, a window of history, outcomes that make sense."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError
from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

FLEET = [WorkerInfo(f"w{number}", {"python"}, 10, number) for number in range(4)]
TASK = TaskRequirements({"python"}, task_type="lint")


def balancer(**fields):
    return LoadBalancer(**{"rng": Random(1), "clock": lambda: 123.0, **fields})


def test_the_context_is_live():
    one = balancer()
    view = one.context
    one.update_context("w1", "lint", False, 1.0)
    one.update_context("w1", "train", True, 1.0)
    one.update_context_settings(load_threshold=0.5, affinity_rules={"lint": ["w2"]})
    assert view.task_history == {"w1": ("lint", "train")}
    assert view.recent_failures == {"w1": 123.0}
    assert view.affinity_rules == {"lint": frozenset({"w2"})}
    assert view.load_threshold == 0.5


def test_the_context_equals_what_it_was_made_of_until_something_happens():
    given = BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]}, 0.7)
    one = balancer(context=given)
    assert one.context == given
    one.update_context("w2", "lint", True, 1.0)
    assert one.context != given
    assert given == BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]}, 0.7)


def test_nobody_outside_can_change_the_context():
    one = balancer(context=BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]}))
    view = one.context
    for name in ("load_threshold", "task_history", "now", "rng", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(view, name, 1)
        with pytest.raises(FrozenInstanceError):
            delattr(view, name)
    for mapping in (view.task_history, view.recent_failures, view.affinity_rules):
        with pytest.raises((TypeError, AttributeError)):
            mapping["w9"] = ("x",)
        with pytest.raises((TypeError, AttributeError)):
            mapping.clear()
    with pytest.raises(AttributeError):
        view.task_history["w1"].append("x")
    assert view == BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]})


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda view: pickle.loads(pickle.dumps(view))])
def test_a_copy_of_the_context_is_a_snapshot(copied):
    one = balancer()
    one.update_context("w1", "lint", False, 1.0)
    snapshot = copied(one.context)
    one.update_context("w1", "train", True, 1.0)
    assert snapshot == BalancingContext({"w1": ["lint"]}, {"w1": 123.0})
    assert BalancingContext.from_dict(json.loads(json.dumps(one.context.to_dict()))) == one.context


def test_a_context_can_be_handed_on():
    one = balancer()
    one.update_context("w1", "lint", False, 1.0)
    other = balancer(context=one.context)
    one.update_context("w1", "train", True, 1.0)
    assert other.context == BalancingContext({"w1": ["lint"]}, {"w1": 123.0})


def test_history_is_a_window():
    one = balancer()
    for number in range(500):
        one.update_context("w1", f"type-{number}", True, 1.0)
    history = one.context.task_history["w1"]
    assert len(history) < 500
    assert history[-1] == "type-499"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"load_threshold": 0}, "load_threshold"),
        ({"load_threshold": 1.5}, "load_threshold"),
        ({"load_threshold": "much"}, "load_threshold"),
        ({"affinity_rules": {"lint": "w1"}}, "affinity_rules"),
        ({"affinity_rules": ["w1"], "load_threshold": 0.5}, "affinity_rules"),
        ({"load_threshold": 2, "affinity_rules": {"lint": ["w1"]}}, "load_threshold"),
    ],
)
def test_settings_that_make_no_sense_change_nothing(settings, field):
    one = balancer()
    with pytest.raises((ValueError, TypeError), match=field):
        one.update_context_settings(**settings)
    assert one.context == BalancingContext()


def test_rules_can_be_taken_away():
    one = balancer(context=BalancingContext(affinity_rules={"lint": ["w3"]}))
    assert one.select_worker(TASK, FLEET) is FLEET[3]
    one.update_context_settings(affinity_rules={})
    one.set_strategy("least-loaded")
    assert one.select_worker(TASK, FLEET) is FLEET[0]
    assert one.context.load_threshold == 0.8


@pytest.mark.parametrize("context", [{}, "none", 3, [BalancingContext()]])
def test_a_context_is_a_balancing_context(context):
    with pytest.raises(TypeError, match="context"):
        LoadBalancer(context=context)


OUTCOME = {"worker_id": "w1", "task_type": "lint", "success": True, "duration": 1.0}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"worker_id": ""}, "worker_id"),
        ({"worker_id": None}, "worker_id"),
        *(({"task_type": value}, "task_type") for value in ("", 3)),
        *(({"success": value}, "success") for value in (None, "yes", 2)),
        *(({"duration": value}, "duration") for value in (-1, float("nan"), float("inf"), "1", None, True)),
        *(({"fault": value}, "fault") for value in ("nobody", "")),
        *(({"task": value}, "task") for value in ("lint", "")),
    ],
)
def test_an_outcome_that_makes_no_sense_is_refused_and_nothing_is_learned(changes, field):
    one = balancer()
    before = json.dumps(one.adaptive.state_dict())
    with pytest.raises((ValueError, TypeError), match=field):
        one.update_context(**{**OUTCOME, **changes})
    assert one.context == BalancingContext()
    assert json.dumps(one.adaptive.state_dict()) == before


@pytest.mark.parametrize("duration", [0, 0.0, 5e-324, 1e-300, 1e-9, 1e9, 1e300, 1.7e308])
@pytest.mark.parametrize("success", [True, False])
@pytest.mark.parametrize("fault", [None, "task", "worker"])
def test_any_duration_and_any_worker_are_fine(duration, success, fault):
    one = balancer()
    for seconds in (1.0, duration, 1e300, 1e-300, duration):
        for worker_id in ("w1", "w2", "gone"):
            one.update_context(worker_id, "lint", success, seconds, fault=fault)
            one.update_context(worker_id, None, success, seconds, fault=fault, task=TASK)
            assert one.select_worker(TASK, FLEET) in FLEET
    assert json.dumps(one.adaptive.state_dict(), allow_nan=False)


def test_a_copy_of_a_balancer_chooses_as_it_does_and_is_its_own():
    one = balancer()
    for number in range(40):
        worker = one.select_worker(TASK, FLEET)
        assert worker is not None
        one.update_context(worker.id, "lint", number % 5 > 0, 1.0 + number % 3)
    other = copy.deepcopy(one)
    before = json.dumps(one.adaptive.state_dict())
    picks = [other.select_worker(TASK, FLEET) for _ in range(20)]
    assert json.dumps(one.adaptive.state_dict()) == before
    assert picks == [one.select_worker(TASK, FLEET) for _ in range(20)]
