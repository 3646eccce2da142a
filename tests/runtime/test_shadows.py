"""Strategies that decide beside the live one: they change nothing, and what is predicted of them comes true."""

from __future__ import annotations

from itertools import pairwise

import pytest

from apportion.clock import fresh_random
from apportion.config import RuntimeConfig
from apportion.core.strategies import STRATEGIES
from apportion.errors import UnknownStrategyError
from apportion.runtime.shadow_account import LEAST_DIFFERENT, LEAST_OUTCOMES, ShadowAccount, Wish
from apportion.runtime.shadow_report import report_of
from apportion.runtime.weight_history import MOST, WeightHistory
from tests.runtime.world import World

SECONDS = {"quick": 1.0, "slow": 3.0, "slower": 4.0}


def named(name: str):
    return STRATEGIES[name]()


def played(world: World, tasks: int, workers: int = 3, *, failing: float = 0.1) -> list[str | None]:
    """Let tasks come and end one by one, and return who had each."""
    rng = fresh_random(5)
    picks: list[str | None] = []
    for number in range(tasks):
        id = f"t{number}"
        world.submit(id, type=("x", "y")[number % 2])
        worker = world.worker_of(id)
        picks.append(worker)
        seconds = SECONDS.get(worker or "", 2.0) * rng.lognormvariate(0.0, 0.3)
        world.pass_time(seconds)
        if rng.random() < failing:
            world.fail(id, duration=seconds, retry=False)
        else:
            world.end(id, duration=seconds)
    return picks


def filled(live: str, *shadows: str, ids: tuple[str, ...] = tuple(SECONDS)) -> World:
    world = World(RuntimeConfig(shadow=shadows), strategy=named(live))
    for id in ids:
        world.join(id, 2)
    return world


@pytest.mark.parametrize("live", STRATEGIES)
def test_the_same_workers_are_chosen_with_and_without_shadows(live: str):
    alone = played(filled(live), 120)
    assert played(filled(live, *STRATEGIES), 120) == alone


@pytest.mark.parametrize("live", ["adaptive", "least-loaded"])
def test_the_same_workers_are_chosen_of_a_crowd(live: str):
    """There the live strategy draws from the random source at each pick."""
    crowd = tuple(f"w{number}" for number in range(520))
    alone = played(filled(live, ids=crowd), 40)
    assert played(filled(live, *STRATEGIES, ids=crowd), 40) == alone


def test_a_better_shadow_is_found_out_by_what_it_would_save():
    """Round robin takes 8/3 s a task; whoever learns takes little more than 1 s."""
    world = filled("round-robin", "adaptive")
    played(world, 300, failing=0.0)
    report = report_of("adaptive", world.machine.recorder.shadows.standings["adaptive"])
    assert report.verdict == "better"
    assert report.gain is not None
    assert report.gain.low < 8 / 3 - 1.0 < report.gain.high * 1.3
    assert 0.5 < report.disagreement < 0.9
    assert len(report.latest) == 20
    assert {each.shadow for each in report.latest} == {"quick"}


def test_a_worse_shadow_is_found_out_too():
    world = filled("adaptive", "round-robin")
    played(world, 300, failing=0.0)
    report = report_of("round-robin", world.machine.recorder.shadows.standings["round-robin"])
    assert report.verdict == "worse"
    assert report.gain is not None
    assert report.gain.high < 0


def test_one_that_always_agrees_gains_nothing():
    world = filled("least-loaded", "least-loaded")
    played(world, 100)
    report = report_of("least-loaded", world.machine.recorder.shadows.standings["least-loaded"])
    assert (report.disagreement, report.verdict) == (0.0, "even")
    assert report.gain is not None
    assert (report.gain.seconds, report.gain.low, report.gain.high) == (0.0, 0.0, 0.0)


def test_nothing_is_said_too_early():
    world = filled("round-robin", "adaptive")
    played(world, LEAST_OUTCOMES - 1)
    report = report_of("adaptive", world.machine.recorder.shadows.standings["adaptive"])
    assert (report.verdict, report.gain) == ("too-early", None)


def test_accounts_begin_anew_when_another_strategy_goes_live():
    world = filled("round-robin", "adaptive")
    played(world, 50)
    world.machine._books.balancer.set_strategy("least-loaded")
    world.submit("more")
    report = report_of("adaptive", world.machine.recorder.shadows.standings["adaptive"])
    assert report.decisions == 1


def test_what_shadows_wanted_stands_in_the_decision():
    world = filled("round-robin", "adaptive")
    played(world, 60)
    wanted = [world.stored(f"t{number}").decision or {} for number in range(60)]
    assert {"adaptive": "quick"} in [decision.get("shadows") for decision in wanted]


def test_a_shadow_of_an_unknown_name_is_refused():
    with pytest.raises(UnknownStrategyError, match="adaptiv"):
        filled("round-robin", "adaptiv")


def test_failures_count_as_what_has_to_be_done_again():
    """By hand: 40 outcomes of 2 s, 20 of them failed, against a shadow that would have taken 1 s each."""
    account = ShadowAccount()
    for number in range(40):
        account.decided(different=True, unknown=False)
        account.ended(Wish("other", 2.0, 1.0, 0.0), 2.0, number % 2 == 0, 2.0)
    gain = account.gain
    assert gain is not None
    scale = 3.0 / 2.0  # half of the outcomes cost 4 s, and 2 s were expected
    assert gain.seconds == pytest.approx(3.0 - scale * 1.0)
    assert gain.low < gain.seconds < gain.high


def test_doubt_about_the_other_widens_the_interval():
    def interval(doubt: float) -> float:
        account = ShadowAccount()
        for number in range(40):
            account.decided(different=True, unknown=False)
            account.ended(Wish("other", 2.0, 1.0, doubt), 2.0, True, 2.0 + number % 3)
        assert account.gain is not None
        return account.gain.high - account.gain.low

    assert interval(0.5) > interval(0.0) + 0.5


def test_few_differences_are_luck():
    account = ShadowAccount()
    for number in range(100):
        different = number < LEAST_DIFFERENT - 1
        account.decided(different=different, unknown=False)
        account.ended(Wish("other", 2.0, 1.0, 0.1) if different else None, 2.0, True, 2.0)
    assert account.verdict == "too-early"


def test_the_history_of_weights_covers_the_whole_time_with_few_points():
    history = WeightHistory()
    for second in range(20_000):
        if history.due(float(second), "adaptive"):
            history.note(float(second), "adaptive", {"a": 1.0})
    times = [point.at for point in history.points]
    assert len(times) <= MOST
    assert times[0] == 0.0
    assert times[-1] > 19_000
    gaps = {after - before for before, after in pairwise(times)}
    assert max(gaps) <= 2 * 20_000 / MOST * 2


def test_a_switch_and_a_clock_set_back_are_noted_at_once():
    history = WeightHistory()
    history.note(100.0, "adaptive", {})
    assert not history.due(100.5, "adaptive")
    assert history.due(100.5, "round-robin")
    assert history.due(50.0, "adaptive")
