"""Baselines and oracles do what they say."""

import pytest

from apportion.simulation.comparison import compare, with_baselines
from apportion.simulation.policies import BASELINES, ORACLES
from apportion.simulation.simulate import simulate
from tests.simulation.written import POISSON, scenario

UNEQUAL = '[[worker]]\nid = "quick"\nspeed = 4\nmax_capacity = 4\n[[worker]]\nid = "slow"\nmax_capacity = 4\n'


def shares(text: str, strategy: str) -> float:
    """Return the share of the attempts that the quick worker had."""
    trace = simulate(scenario(text), strategy, 1).trace
    return sum(worker == "quick" for _, worker, *_ in trace) / len(trace)


def test_every_comparison_includes_baselines_and_oracles():
    """Whoever is asked for stands beside the simple rules, and nobody twice."""
    assert with_baselines(["adaptive"]) == ["adaptive", *BASELINES, *ORACLES]
    assert with_baselines(["random"]).count("random") == 1


@pytest.mark.parametrize(
    ("strategy", "least", "most"),
    [
        ("random", 0.4, 0.6), ("power-of-two", 0.4, 0.6), ("join-shortest-queue", 0.4, 0.75), ("peak-ewma", 0.6, 1.0),
        ("latency-based", 0.95, 1.0), ("central-fcfs", 0.99, 1.0), ("greedy-oracle", 0.99, 1.0), ("adaptive", 0.9, 1.0),
    ],
)  # fmt: skip
def test_who_gets_the_tasks_of_an_idle_fleet(strategy: str, least: float, most: float):
    """Blind rules spread evenly, the others find the quick worker."""
    assert least <= shares(POISSON.format(rate=0.5, limit=600) + UNEQUAL, strategy) <= most


def test_the_greedy_oracle_prices_failures():
    """A worker that is twice as quick and fails three of four attempts is the dearer one."""
    flaky = UNEQUAL.replace("speed = 4", "speed = 2\nfailure_rate = 0.75")
    assert shares(POISSON.format(rate=0.2, limit=300) + flaky, "greedy-oracle") < 0.1


def test_waiting_for_the_right_worker_saves_hot_specialists():
    """Whoever takes any free worker drowns where the matching oracle has hardly a queue."""
    text = POISSON.format(rate=3.0, limit=1500) + "".join(
        f'[[task_type]]\nname = "{name}"\n[[worker]]\nid = "{name}"\ncount = 2\nspeed = 0.2\nspeed_for.{name} = 1.0\n'
        for name in "ab"
    )
    result = compare(scenario(text), ["adaptive"])
    costs = {run.strategy: run.figures.cost for run in result.results}
    assert costs["matching-oracle"] * 10 < costs["greedy-oracle"]


@pytest.mark.parametrize("oracle", ORACLES)
def test_an_oracle_keeps_nobody_waiting_while_there_is_room(oracle: str):
    """However many arrive at once."""
    at_once = f"[trace]\ntasks = [{'{ at = 0, work = 2 }, ' * 100}]\n"
    fleet = '[[worker]]\nid = "w"\ncount = 2\nmax_capacity = 60\n'
    assert simulate(scenario(at_once + fleet), oracle).figures.wait.p99 == 0


def test_a_comparison_ranks_and_relates():
    """The best rule has regret 1, the oracle ratio 1, and nobody is below the bound."""
    result = compare(scenario(POISSON.format(rate=5.0, limit=800) + UNEQUAL), ["adaptive"], 2)
    standings = result.standings()
    assert [standing.regret for standing in standings] == sorted(standing.regret for standing in standings)
    assert min(each.regret for each in standings if each.result.strategy not in ORACLES) == 1.0
    assert next(each.oracle_ratio for each in standings if each.result.strategy == "greedy-oracle") == 1.0
    assert all(standing.excess >= 1.0 for standing in standings)
    assert {run["strategy"] for run in result.to_dict()["runs"]} == set(with_baselines(["adaptive"]))


def test_a_plan_finds_out_who_the_hot_specialists_are():
    """Tasks that wait for the few who are known, while their specialist was never tried, wait ten times as long."""
    text = (
        POISSON.format(rate=9.0, limit=1500)
        + '[run]\nplacing = "plan"\n'
        + "".join(
            f'[[task_type]]\nname = "{name}"\n'
            f'[[worker]]\nid = "{name}"\ncount = 4\nspeed = 0.2\nspeed_for.{name} = 1.0\nnoise = 0.3\n'
            for name in "abc"
        )
    )
    result = compare(scenario(text), ["adaptive"])
    costs = {run.strategy: run.figures.cost for run in result.results}
    assert costs["adaptive"] < 6 * costs["matching-oracle"]
