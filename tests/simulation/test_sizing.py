"""The fleet that meets a target: found where queueing theory says that it lies, and never claimed where it missed."""

from math import factorial

import pytest

from apportion.errors import FieldError
from apportion.simulation.generators.poisson import Poisson
from apportion.simulation.report.sizing_page import plan_page
from apportion.simulation.scenario.happening import Happening
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.task_kind import TaskKind
from apportion.simulation.scenario.worker_profile import WorkerProfile
from apportion.simulation.sizing.curves import curves_of
from apportion.simulation.sizing.fleet import with_fleet
from apportion.simulation.sizing.search import Wanted, find_fleet, least
from apportion.simulation.sizing.target import FIGURES, read_target
from apportion.simulation.sizing.trials import wilson

SEEDS = (0, 1)


def scenario(*workers: WorkerProfile, rate: float = 4.0, **fields) -> Scenario:
    work = {"distribution": "exponential", "mean": 1.0}
    return Scenario("test", Poisson(rate=rate, limit=1500, work=work), workers, **fields)


def erlang_wait(rate: float, servers: int) -> float:
    """The mean wait of M/M/c with service times of mean 1 (Erlang, 1917)."""
    first = rate**servers / factorial(servers) * servers / (servers - rate)
    waits = first / (sum(rate**k / factorial(k) for k in range(servers)) + first)
    return waits / (servers - rate)


def test_the_fleet_is_as_large_as_erlang_says():
    bound = 0.1
    needed = next(servers for servers in range(5, 30) if erlang_wait(4.0, servers) < bound)
    answer, _ = find_fleet(
        scenario(WorkerProfile("w", count=2)), Wanted([read_target(f"mean_wait<{bound}")], SEEDS, "central-fcfs")
    )
    assert answer.fleet is not None
    assert abs(answer.fleet["w"] - needed) <= 1
    assert all(trial.met for trial in answer.trials)
    assert [each.met for each in answer.neighbours] == [False]


def test_the_dearer_kind_is_spared():
    quick, slow = WorkerProfile("quick", count=4, speed=2.0), WorkerProfile("slow", count=4)
    target = [read_target("p95_wait<1")]
    cheap, _ = find_fleet(scenario(quick, slow), Wanted(target, SEEDS, "central-fcfs", {"quick": 10.0}))
    dear, _ = find_fleet(scenario(quick, slow), Wanted(target, SEEDS, "central-fcfs", {"slow": 10.0}))
    assert cheap.fleet is not None
    assert dear.fleet is not None
    assert (cheap.fleet["quick"], dear.fleet["slow"]) == (0, 0)
    assert cheap.price == cheap.fleet["slow"]


def test_a_kind_that_some_tasks_need_is_not_planned_away():
    """Tasks that are refused have no wait: without a look at them, nobody would be the best fleet."""
    kinds = [TaskKind("any"), TaskKind("draw", capabilities=["gpu"], share=0.2)]
    plain, gpu = WorkerProfile("plain", count=8), WorkerProfile("gpu", count=3, capabilities=["gpu"])
    wanted = Wanted([read_target("p50_wait<1")], SEEDS, "central-fcfs", {"gpu": 100.0})
    answer, _ = find_fleet(scenario(plain, gpu, task_types=kinds), wanted)
    assert answer.fleet is not None
    assert answer.fleet["gpu"] >= 1


def test_a_target_that_no_number_of_workers_reaches():
    wanted = Wanted([read_target("mean_flow<0.5")], SEEDS, "central-fcfs", most=64)
    answer, trials = find_fleet(scenario(WorkerProfile("w", count=4)), wanted)
    assert answer.fleet is None
    assert answer.to_dict()["fleet"] is None
    assert curves_of(answer, trials, SEEDS) == []
    assert "No number of such workers that was tried" in plan_page(answer, [])


def test_workers_that_are_kept_stay():
    quick, slow = WorkerProfile("quick", count=1, speed=2.0), WorkerProfile("slow", count=2)
    wanted = Wanted([read_target("p95_wait<1")], SEEDS, "central-fcfs", fixed=frozenset({"quick"}))
    answer, _ = find_fleet(scenario(quick, slow), wanted)
    assert answer.fleet is not None
    assert answer.fleet["quick"] == 1


def test_what_was_to_happen_to_workers_that_are_not_there_is_left_out():
    events = [Happening(1.0, worker, {"speed": 0.5}) for worker in ("w-0", "w-3", "w")]
    written = scenario(WorkerProfile("w", count=4), events=events)
    assert [event.worker for event in with_fleet(written, (2,)).events] == ["w-0", "w"]


def test_the_report_shows_the_answer():
    answer, trials = find_fleet(
        scenario(WorkerProfile("w", count=4)), Wanted([read_target("mean_wait<0.5")], SEEDS, "central-fcfs")
    )
    page = plan_page(answer, curves_of(answer, trials, SEEDS))
    assert answer.fleet is not None
    assert f"{answer.fleet['w']} x w" in page
    assert "<svg" in page
    assert "target &lt; 0.5" in page or "target < 0.5" in page


@pytest.mark.parametrize("threshold", range(9))
def test_bisection_finds_the_threshold(threshold: int):
    assert least(8, lambda count: count >= threshold) == threshold


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("p96_wait<1", "unknown figure 'p96_wait'.*did you mean.*known: mean_wait"),
        ("p95_wait>1", "better lower; write p95_wait<1"),
        ("in_slo<0.9", "better higher; write in_slo>0.9"),
        ("p95_wait", "no target; write a figure, a sign and a number"),
        ("p95_wait<1e", "no number"),
    ],
)
def test_what_is_no_target_says_what_would_be(text: str, problem: str):
    with pytest.raises(FieldError, match=problem):
        read_target(text)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_a_target(name: str):
    sign = "<" if FIGURES[name].low else ">"
    assert str(read_target(f" {name} {sign}= 0.5 ")) == f"{name} {sign}= 0.5"


def test_wilsons_interval():
    """As published: 8 of 10 is 49 % to 94 %."""
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
