"""Figures, worked out by hand."""

import pytest

from apportion.simulation.figures.count import jain_of
from apportion.simulation.simulate import simulate
from tests.simulation.written import POISSON, scenario


def figures(text: str, strategy: str = "round-robin"):
    return simulate(scenario(text), strategy, 1).figures


def test_waits_flows_and_slowdowns_of_three_tasks():
    """One worker of speed 2, tasks of 4 at 0, 1 and 10: waits 0, 1, 0; flows 2, 3, 2."""
    found = figures(
        "[trace]\ntasks = [{ at = 0, work = 4 }, { at = 1, work = 4 }, { at = 10, work = 4 }]\n"
        '[[worker]]\nid = "w"\nspeed = 2\n[run]\nslo_factor = 1\nslo_seconds = 0.5\n'
    )
    assert (found.wait.mean, found.wait.p50) == (pytest.approx(1 / 3), 0.0)
    assert (found.flow.mean, found.slowdown.mean) == (pytest.approx(7 / 3), pytest.approx(7 / 6))
    assert (found.makespan, found.utilisation["w"]) == (12.0, 0.5)
    assert found.in_slo == pytest.approx(2 / 3)
    assert found.cost == found.flow.mean


def test_a_given_up_task_costs_30_best_service_times():
    """Two of two attempts fail: the cost is 30 times the mean best service time, however quick the failures."""
    text = '[trace]\ntasks = [{ at = 0, work = 2 }]\n[[worker]]\nid = "w"\nfailure_rate = 1\n[run]\nmax_attempts = 2\n'
    found = figures(text)
    assert (found.cost, found.failed, found.attempts) == (60.0, 1, 2)


def test_tasks_that_fail_by_their_own_fault_are_nobodys_failure(tmp_path):
    """They are tried once, counted apart, and cost the time that they took."""
    (tmp_path / "iofrol.csv").write_text("id,run_s,cycle,test,duration_s,failed\n1,0,1,7,30,1\n", encoding="utf-8")
    text = '[trace]\nformat = "iofrol-ci-2015"\npath = "iofrol.csv"\n[[worker]]\nid = "w"\n'
    found = simulate(scenario(text, tmp_path), "adaptive").figures
    assert (found.doomed, found.failed, found.attempts, found.cost) == (1, 0, 1, 30.0)


@pytest.mark.parametrize(("shares", "index"), [([1, 1, 1, 1], 1.0), ([1, 0, 0, 0], 0.25), ([0, 0], 1.0), ([1, 2], 0.9)])
def test_jain(shares: list[float], index: float):
    """1 is even, 1/n is one worker alone."""
    assert jain_of(shares) == pytest.approx(index)


def test_keys_that_move_are_counted():
    """Two tasks of a session on different workers are one move."""
    text = '[trace]\ntasks = [{ at = 0, key = "s" }, { at = 0.5, key = "s" }]\n[[worker]]\nid = "a"\n'
    text += '[[worker]]\nid = "b"\n'
    assert figures(text).moves == 1


def test_traffic_that_follows_an_event_is_noticed():
    """Under the greedy oracle a worker that slows down loses its traffic at once, and has it back when it recovers."""
    text = POISSON.format(rate=6.0, limit=3000) + '[[worker]]\nid = "w"\ncount = 3\nmax_capacity = 8\n'
    for at, speed in ((150, 0.1), (300, 1.0)):
        text += f'[[event]]\nat = {at}\nworker = "w-0"\nset = {{ speed = {speed} }}\n'
    worse, better = figures(text, "greedy-oracle").reactions
    assert worse.seconds is not None
    assert worse.seconds < 15
    assert worse.tasks == 0
    assert better.seconds is not None
    never, _ = figures(text, "random").reactions
    assert never.seconds is None or never.seconds > worse.seconds


def test_what_happens_while_it_warms_up_does_not_count():
    """Tasks that arrive before that are simulated, and left out of the figures."""
    text = POISSON.format(rate=1.0, limit=200) + '[[worker]]\nid = "w"\n[run]\nwarm_up = 50\n'
    assert 100 < figures(text).tasks < 190
