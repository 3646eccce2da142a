"""Counts and times of assignments."""

import pytest

from apportion.clock import VirtualClock
from apportion.core.balancer import LoadBalancer
from apportion.core.monitor import KEPT, LoadBalancerMonitor
from apportion.core.window import Window
from apportion.errors import StrategyError
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

FREE = [WorkerInfo("w1", ["python"], 10)]


class TakesItsTime:
    """Takes as long for each pick as the test says, and None where it says None."""

    name = "slow"

    def __init__(self, timer, *seconds):
        self.timer = timer
        self.seconds = list(seconds)

    def select_worker(self, _task, workers):
        self.timer.advance(self.seconds.pop(0))
        return workers[0]


def monitor(*seconds):
    timer = VirtualClock()
    return LoadBalancerMonitor(LoadBalancer(TakesItsTime(timer, *seconds)), timer=timer)


def test_before_the_first_everything_is_0():
    assert set(LoadBalancerMonitor(LoadBalancer()).get_metrics().values()) == {0}


def test_it_returns_what_the_balancer_returns_and_counts_it():
    watched = monitor(0.25, 0.75)
    assert watched.monitored_assignment(TaskRequirements(), FREE) == FREE[0]
    assert watched.monitored_assignment(TaskRequirements(), FREE) == FREE[0]
    assert watched.monitored_assignment(TaskRequirements(["gpu"]), FREE) is None
    assert watched.get_metrics() == {
        "total_assignments": 3,
        "successful_assignments": 2,
        "failed_assignments": 1,
        "average_assignment_time": pytest.approx(1 / 3),  # (0.25 + 0.75 + 0) / 3
        "p50_assignment_time": 0.25,  # of 0, 0.25, 0.75 the second
        "p99_assignment_time": 0.75,
        "success_rate": pytest.approx(2 / 3),
    }


def test_percentiles_are_of_the_last_calls_and_the_average_of_all():
    watched = monitor(*[9.0] * KEPT, *[1.0] * KEPT)
    for _ in range(2 * KEPT):
        watched.monitored_assignment(TaskRequirements(), FREE)
    metrics = watched.get_metrics()
    assert metrics["p99_assignment_time"] == 1.0
    assert metrics["average_assignment_time"] == pytest.approx(5.0)


def test_a_call_that_raises_is_not_counted():
    watched = LoadBalancerMonitor(LoadBalancer(TakesItsTime(VirtualClock())))
    with pytest.raises(StrategyError):
        watched.monitored_assignment(TaskRequirements(), FREE)
    assert watched.get_metrics()["total_assignments"] == 0


def test_the_default_timer_measures():
    watched = LoadBalancerMonitor(LoadBalancer())
    watched.monitored_assignment(TaskRequirements(), FREE)
    assert 0 < watched.get_metrics()["p50_assignment_time"] < 60


def test_a_window_keeps_the_last_values():
    window = Window(100)
    for value in range(1000):
        window.add(value)
    assert len(window) == 100
    assert window.mean() == 949.5  # 900 .. 999
    assert window.percentiles(0.0, 0.5, 0.99, 1.0) == [900, 949, 998, 999]
