"""Which strategy decides, and how it is set."""

from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.strategies.least_loaded import LeastLoadedStrategy
from apportion.errors import UnknownStrategyError
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import fleets

FLEET = [WorkerInfo(f"w{number}", {"python"}, 10, number) for number in range(4)]
TASK = TaskRequirements({"python"}, task_type="lint")


def balancer(**fields):
    return LoadBalancer(**{"rng": Random(1), "clock": lambda: 123.0, **fields})


def test_five_strategies_are_known_from_the_start_and_adaptive_decides():
    one = LoadBalancer()
    assert sorted(one.get_available_strategies()) == sorted(fleets.STRATEGIES)
    assert one.get_current_strategy() == "adaptive"


@pytest.mark.parametrize("name", ["", "fastest", "Round-Robin", None, 3])
def test_an_unknown_strategy_is_an_error_that_lists_the_known_ones(name):
    one = balancer()
    with pytest.raises(UnknownStrategyError) as raised:
        one.set_strategy(name)
    assert isinstance(raised.value, ValueError)
    assert all(known in str(raised.value) for known in fleets.STRATEGIES)
    assert one.get_current_strategy() == "adaptive"


def test_a_registered_strategy_decides_once_it_is_set():
    class First:
        name = "first"

        def select_worker(self, _task, workers):
            return workers[0]

    one = balancer()
    one.register_strategy(First())
    assert one.get_current_strategy() == "adaptive"
    assert "first" in one.get_available_strategies()
    one.set_strategy("first")
    assert [one.select_worker(TASK, FLEET) for _ in range(3)] == [FLEET[0]] * 3


def test_a_strategy_of_a_known_name_replaces_it_also_where_it_decides():
    class Last:
        name = "least-loaded"

        def select_worker(self, _task, workers):
            return workers[-1]

    one = balancer(strategy=LeastLoadedStrategy())
    assert one.select_worker(TASK, FLEET) is FLEET[0]
    one.register_strategy(Last())
    assert one.select_worker(TASK, FLEET) is FLEET[-1]
    assert one.get_available_strategies().count("least-loaded") == 1
