"""Who is overloaded, how urgent that is, and who could help."""

import pytest

from apportion.core.rebalance.overload import detect_overload
from apportion.model.worker import WorkerInfo


def worker(id, load, status="busy", capabilities=("python",), capacity=10):
    return WorkerInfo(id, capabilities, capacity, load, status)


def advice(*workers, threshold=0.8):
    return [(each.from_worker, each.to_worker) for each in detect_overload(workers, threshold)]


def test_a_worker_above_the_threshold_is_told_with_its_percentage_and_a_helper():
    (only,) = detect_overload([worker("hot", 9), worker("cold", 2)], 0.8)
    assert only.reason == "hot is overloaded at 90% (9 of 10); cold is at 20%"
    assert (only.from_worker, only.to_worker, only.task_id, only.priority) == ("hot", "cold", None, 9)


def test_at_the_threshold_nobody_is_overloaded():
    assert advice(worker("a", 8), worker("b", 0)) == []


def test_who_says_so_is_overloaded_however_little_it_holds():
    (only,) = detect_overload([worker("hot", 3, "overloaded"), worker("cold", 2)], 0.8)
    assert only.reason == "hot is overloaded at 30% (3 of 10), by its own status; cold is at 20%"
    assert only.priority == 3


def test_offline_workers_neither_need_nor_give_help():
    assert advice(worker("gone", 10, "offline"), worker("cold", 0)) == []
    assert advice(worker("hot", 10), worker("gone", 0, "offline")) == [("hot", None)]


@pytest.mark.parametrize("helper", [worker("b", 0, "draining"), worker("b", 0, "overloaded"), worker("b", 8)])
def test_whoever_takes_nothing_new_or_is_at_the_threshold_does_not_help(helper):
    assert ("hot", None) in advice(worker("hot", 10), helper)


def test_only_shared_capabilities_help():
    assert advice(worker("hot", 9), worker("other", 0, capabilities=["gpu"])) == [("hot", None)]
    assert advice(worker("hot", 9, capabilities=["a", "b"]), worker("near", 0, capabilities=["b", "c"])) == [
        ("hot", "near")
    ]
    assert advice(worker("hot", 9, capabilities=[]), worker("any", 0, capabilities=["c"])) == [("hot", "any")]


def test_nobody_to_help_says_to_scale_up():
    (only,) = detect_overload([worker("hot", 12)], 0.8)
    assert only.to_worker is None
    assert only.reason == "hot is overloaded at 120% (12 of 10); nobody below 80% shares its capabilities: add workers"
    assert only.priority == 10


def test_the_most_severe_come_first_and_equals_in_the_order_given():
    found = [each.from_worker for each in detect_overload([worker("a", 9), worker("b", 12), worker("c", 9)], 0.8)]
    assert found == ["b", "a", "c"]


def test_several_are_spread_over_several_helpers_the_least_utilised_first():
    hot = [worker("h1", 12), worker("h2", 11), worker("h3", 10)]
    assert advice(*hot, worker("warm", 5), worker("cold", 1)) == [("h1", "cold"), ("h2", "warm"), ("h3", "cold")]


def test_turns_count_across_different_capabilities():
    hot = [worker("h1", 12, capabilities=["a"]), worker("h2", 11, capabilities=["b"])]
    both, only_b = worker("both", 0, capabilities=["a", "b"]), worker("b", 5, capabilities=["b"])
    assert advice(*hot, both, only_b) == [("h1", "both"), ("h2", "b")]


def test_a_worker_without_capacity_counts_as_full():
    (only,) = detect_overload([worker("none", 0, capacity=0)], 0.8)
    assert only.priority == 10
