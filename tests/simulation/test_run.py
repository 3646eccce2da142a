"""What holds in every run, whatever the strategy."""

from collections import defaultdict
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest

import apportion.simulation
from apportion.simulation.result import SimulationResult
from apportion.simulation.simulate import simulate, strategy_names
from apportion.simulation.world.traffic import traffic_of
from tests.simulation.written import POISSON, scenario

TROUBLED = (
    POISSON.format(rate=5.0, limit=1500)
    + """
[[task_type]]
name = "chat"
share = 3

[[task_type]]
name = "draw"
capabilities = ["gpu"]
complexity = 2

[[worker]]
id = "plain"
count = 4
max_capacity = 2
failure_rate = 0.1
noise = 0.4

[[worker]]
id = "gpu"
count = 2
capabilities = ["gpu"]
max_capacity = 3
speed_for.draw = 2.0

[[event]]
at = 60
worker = "plain-1"
set = { leave = true }

[[event]]
at = 100
worker = "gpu-0"
set = { speed = 0.2, failure_rate_for = { draw = 0.5 } }

[[event]]
at = 150
worker = "plain-1"
set = { join = true }
"""
)
NAMES = strategy_names()


def spans(result: SimulationResult) -> dict[str, list[tuple[float, float, int]]]:
    """Return (placed, ended, task) by worker."""
    found = defaultdict(list)
    for task, worker, placed, _, ended, _ in result.trace:
        found[worker].append((placed, ended, task))
    return found


@pytest.mark.parametrize("placing", ["select", "plan"])
@pytest.mark.parametrize("strategy", ["adaptive", "power-of-two", "matching-oracle"])
def test_same_scenario_strategy_and_seed_same_trace(strategy: str, placing: str):
    """Everything is a function of the three; another seed is another run."""
    given = scenario(TROUBLED.replace("limit = 1500", "limit = 400") + f'[run]\nplacing = "{placing}"\n')
    first, again, other = (simulate(given, strategy, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.trace == again.trace
    assert first.trace != other.trace


def test_a_file_is_simulated_as_what_it_says(tmp_path: Path):
    given = TROUBLED.replace("limit = 1500", "limit = 40")
    path = tmp_path / "scenario.toml"
    path.write_text(given)
    assert apportion.simulate is apportion.simulation.simulate is simulate
    assert simulate(path, "random", 1) == simulate(str(path), "random", 1)
    assert simulate(path, "random", 1).trace == simulate(scenario(given), "random", 1).trace


@pytest.mark.parametrize(("given", "seed", "named"), [(None, 0, "scenario"), ({}, 0, "scenario"), ("x", -1, "seed")])
def test_what_cannot_be_simulated_is_refused_by_name(given: Any, seed: int, named: str):
    with pytest.raises((TypeError, ValueError), match=f"^{named}"):
        simulate(given, "random", seed)


@pytest.mark.parametrize("strategy", NAMES)
def test_every_task_comes_to_one_end(strategy: str):
    """No task is lost or done twice; attempts follow each other; failures count up to the limit."""
    result = simulate(scenario(TROUBLED), strategy, 3)
    figures = result.figures
    assert figures.tasks == 1500 == figures.done + figures.failed + figures.doomed
    attempts = defaultdict(list)
    for task, _, placed, started, ended, how in result.trace:
        assert placed <= started <= ended
        attempts[task].append((placed, ended, how))
    assert len(attempts) == 1500
    for tried in attempts.values():
        tried.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(tried))
        assert [how for *_, how in tried].count("succeeded") <= 1
        assert [how for *_, how in tried].count("failed") <= 3


@pytest.mark.parametrize("strategy", NAMES)
def test_no_worker_holds_more_than_it_can(strategy: str):
    """At no moment does a worker hold more units than its capacity, and nobody works while it is away."""
    given = scenario(TROUBLED)
    jobs = traffic_of(given, 4).jobs
    held = spans(simulate(given, strategy, 4))
    for worker, attempts in held.items():
        steps = [(start, 1, jobs[task].requirements.complexity) for start, _, task in attempts]
        steps += [(end, 0, -jobs[task].requirements.complexity) for _, end, task in attempts]
        loads = list(accumulate(units for _, _, units in sorted(steps)))
        assert max(loads) <= (3 if worker.startswith("gpu") else 2)
    assert not any(60 < start < 150 for start, *_ in held["plain-1"])


def test_a_task_that_nobody_could_take_is_refused_at_once():
    """It is counted, and does not wait for ever."""
    text = (
        POISSON.format(rate=5.0, limit=100)
        + '[[task_type]]\nname = "a"\n[[task_type]]\nname = "b"\ncapabilities = ["x"]\n'
    )
    figures = simulate(scenario(text + '[[worker]]\nid = "w"\n'), "adaptive").figures
    assert figures.unserved > 0
    assert figures.tasks == figures.done == 100 - figures.unserved


def test_what_still_waits_when_everybody_has_gone_has_failed():
    """A run ends, even where nobody is left to work."""
    text = '[trace]\ntasks = [{ at = 0, work = 5 }, { at = 1 }]\n[[worker]]\nid = "w"\n'
    figures = simulate(
        scenario(text + '[[event]]\nat = 2\nworker = "w"\nset = { leave = true }\n'), "round-robin"
    ).figures
    assert (figures.done, figures.failed, figures.lost) == (0, 2, 1)


def test_a_lost_task_is_done_elsewhere_without_blame():
    """What a worker held when it went begins anew on another."""
    text = '[trace]\ntasks = [{ at = 0, work = 10 }]\n[[worker]]\nid = "a"\n[[worker]]\nid = "b"\nspeed = 0.5\n'
    result = simulate(scenario(text + '[[event]]\nat = 4\nworker = "a"\nset = { leave = true }\n'), "central-fcfs")
    assert [(worker, started, ended, how) for _, worker, _, started, ended, how in result.trace] == [
        ("a", 0, 4, "lost"), ("b", 4, 24, "succeeded"),
    ]  # fmt: skip


def test_a_failed_attempt_takes_its_time_and_is_retried_elsewhere():
    """A worker that always fails takes its share of the time, and the other one has the task next."""
    text = (
        '[trace]\ntasks = [{ at = 0, work = 4 }]\n[[worker]]\nid = "a"\nspeed = 2\nfailure_rate = 1\nfailure_time = 3\n'
    )
    result = simulate(scenario(text + '[[worker]]\nid = "b"\n'), "central-fcfs")
    assert [(worker, started, ended, how) for _, worker, _, started, ended, how in result.trace] == [
        ("a", 0, 6, "failed"), ("b", 6, 10, "succeeded"),
    ]  # fmt: skip
    assert result.figures.wasted_seconds == 6


def test_events_change_what_begins_after_them():
    """Speed, its factor, and speed by type; a draining worker gets nothing new."""
    text = (
        '[trace]\ntasks = [{ at = 0 }, { at = 10 }, { at = 20, task_type = "x" }, { at = 30 }]\n[[worker]]\nid = "w"\n'
    )
    events = [(5, "speed = 0.5"), (15, "speed_for = { x = 4 }"), (25, "speed_factor = 4"), (26, 'status = "idle"')]
    text += "".join(f'[[event]]\nat = {at}\nworker = "w"\nset = {{ {change} }}\n' for at, change in events)
    result = simulate(scenario(text), "round-robin")
    assert [ended - started for *_, started, ended, _ in result.trace] == [1.0, 2.0, 0.25, 0.5]


def test_durations_can_come_from_columns():
    """A worker with seconds per column takes as long as these say, at its speed."""
    text = '[trace]\ntasks = [{ at = 0, work = 3 }]\n[[worker]]\nid = "w"\nspeed = 2\nseconds_per = { work = 5 }\n'
    ((_, _, _, started, ended, _),) = simulate(scenario(text), "adaptive").trace
    assert ended - started == 7.5


def test_slots_that_share_a_machine_slow_each_other_down():
    """An attempt that starts when all other slots are taken takes (1 + contention) times as long."""
    text = '[trace]\ntasks = [{ at = 0 }, { at = 0 }, { at = 0 }]\n[[worker]]\nid = "w"\n'
    text += "max_capacity = 3\ncontention = 1\n"
    trace = simulate(scenario(text), "round-robin").trace
    assert sorted(ended - started for *_, started, ended, _ in trace) == [1.0, 1.5, 2.0]


def test_a_strategy_of_ones_own_can_be_simulated():
    """Anything that a LoadBalancer takes will do."""

    class First:
        name = "first"

        def select_worker(self, task, workers, context):
            return workers[0]

    result = simulate(scenario(TROUBLED), First())
    assert result.strategy == "first"
    assert result.figures.done > 0


WARMTH = (
    '[trace]\ntasks = [{ at = 0, key = "a" }, { at = 10, key = "a" }, { at = 20, key = "b" }, { at = 30, key = "a" }]\n'
    '[[worker]]\nid = "w"\ncold_seconds = 3\n'
)


AWAY = '[[event]]\nat = 5\nworker = "w"\nset = { leave = true }\n[[event]]\nat = 6\nworker = "w"\nset = { join = true }'


@pytest.mark.parametrize(
    ("kept", "took"),
    [
        ("warm = 2", [4.0, 1.0, 4.0, 1.0]),
        ("warm = 1", [4.0, 1.0, 4.0, 4.0]),
        ("warm = 2\nwarm_seconds = 15", [4.0, 1.0, 4.0, 4.0]),
        ("warm = 0", [1.0, 1.0, 1.0, 1.0]),
        ("warm = 2\ncold_seconds_per = { work = 2 }", [6.0, 1.0, 6.0, 1.0]),
        (f"warm = 2\n{AWAY}", [4.0, 4.0, 4.0, 1.0]),
    ],
)
@pytest.mark.parametrize("shown", ["true", "false"])
def test_a_worker_is_quicker_with_what_it_has_at_hand(kept, took, shown):
    """By the key whether the balancer sees it or not; the least recently used gives way, and who leaves forgets all."""
    trace = simulate(scenario(WARMTH + kept + f"\n[run]\nshow_keys = {shown}\n"), "round-robin").trace
    assert [ended - started for *_, started, ended, _ in trace] == took


def test_without_a_key_what_is_at_hand_goes_by_the_type():
    """As loaded models do."""
    text = (
        '[trace]\ntasks = [{ at = 0, task_type = "m" }, { at = 10, task_type = "m" }, { at = 20, task_type = "n" }]\n'
    )
    text += '[[worker]]\nid = "w"\nwarm = 3\ncold_seconds = 2\n'
    trace = simulate(scenario(text), "round-robin").trace
    assert [ended - started for *_, started, ended, _ in trace] == [3.0, 1.0, 3.0]


def test_the_oracle_knows_where_things_are_at_hand():
    """A session that is shown to nobody stays where its cache is, under the oracle only."""
    tasks = ", ".join(f'{{ at = {5 * n}, key = "k{n % 3}" }}' for n in range(30))
    text = f'[trace]\ntasks = [{tasks}]\n[[worker]]\nid = "w"\ncount = 5\nwarm = 5\ncold_seconds = 3\n'
    text += "[run]\nshow_keys = false\n"
    known = simulate(scenario(text), "greedy-oracle").trace
    assert sum(ended - started > 1 for *_, started, ended, _ in known) == 3
    blind = simulate(scenario(text), "round-robin").trace
    assert sum(ended - started > 1 for *_, started, ended, _ in blind) == 15
