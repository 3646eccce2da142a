"""Bounds are bounds, and those that can be worked out by hand are right."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from apportion.simulation.bounds.srpt import srpt_flow
from apportion.simulation.simulate import simulate, strategy_names
from tests.simulation.written import POISSON, scenario


def test_the_shortest_remaining_goes_first_and_interrupts():
    """By hand: 10 from 0, 2 from 1: the short one is done at 3 (flow 2), the long one at 12 (flow 12)."""
    assert srpt_flow([(0.0, 10.0), (1.0, 2.0)], 1.0) == 7.0
    assert srpt_flow([(0.0, 10.0), (1.0, 2.0)], 2.0) == pytest.approx((6.0 + 1.0) / 2)
    assert srpt_flow([], 1.0) == 0.0


@given(some.lists(some.tuples(some.integers(0, 20), some.integers(1, 9)), min_size=1, max_size=12))
def test_first_come_first_served_is_never_quicker(tasks):
    """SRPT has the least mean flow time of all orders, so of the order of arrival too."""
    tasks = sorted((float(arrival), float(size)) for arrival, size in tasks)
    now = total = 0.0
    for arrival, size in tasks:
        now = max(now, arrival) + size
        total += now - arrival
    assert srpt_flow(tasks, 1.0) <= total / len(tasks) + 1e-9


@pytest.mark.parametrize("rate", [1.0, 6.0, 12.0])
def test_no_strategy_is_below_the_bound(rate: float):
    """Idle, busy or overloaded: the mean flow time of every strategy is above the floor."""
    text = POISSON.format(rate=rate, limit=600) + (
        '[[task_type]]\nname = "a"\n[[task_type]]\nname = "b"\ncapabilities = ["x"]\n'
        '[[worker]]\nid = "quick"\ncount = 2\nspeed = 2\ncapabilities = ["x"]\n[[worker]]\nid = "slow"\ncount = 4\n'
    )
    for strategy in strategy_names():
        result = simulate(scenario(text), strategy, 6)
        assert result.figures.flow.mean >= result.bounds.flow * (1 - 1e-9)


def test_rare_capabilities_are_bounded_by_themselves():
    """One scarce worker, overloaded by its own class, is seen by the bound of the class and not by the pooled one."""
    text = POISSON.format(rate=4.0, limit=400) + (
        '[[task_type]]\nname = "a"\n[[task_type]]\nname = "b"\ncapabilities = ["x"]\n'
        '[[worker]]\nid = "rare"\ncapabilities = ["x"]\n[[worker]]\nid = "usual"\ncount = 20\n'
    )
    bounds = simulate(scenario(text), "adaptive").bounds
    assert bounds.class_srpt > 2 * max(bounds.pooled_srpt, bounds.service)
    assert bounds.flow == bounds.class_srpt
