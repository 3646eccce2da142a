"""Workers that keep failing what others can do are cooled down, and nobody else is."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.config import RuntimeConfig
from apportion.core.strategies.round_robin import RoundRobinStrategy
from apportion.events import WorkerCooled
from apportion.runtime import inputs
from apportion.runtime.breaker import Circuit, Peers
from tests.runtime.world import World

QUICK = RuntimeConfig(retry_backoff=0.0, max_attempts=1)


def with_workers(number: int, **fields) -> World:
    world = World(QUICK, strategy=RoundRobinStrategy())
    for each in range(number):
        world.join(f"w{each}", 4, **fields)
    return world


def work(world: World, bad: set[str], tasks: int, type: str = "work") -> dict[str, int]:
    """Have tasks done, one after the other, failed by the bad ones; return who had how many."""
    had: dict[str, int] = {}
    for _ in range(tasks):
        world.requests += 1
        id = f"t{world.requests}"
        world.submit(id, type=type, max_attempts=1)
        worker = world.worker_of(id)
        if worker is None:
            world.ask(inputs.CancelAsked(id))
            continue
        had[worker] = had.get(worker, 0) + 1
        world.end(id, success=worker not in bad, error="no luck")
    return had


def circuit(world: World, id: str) -> Circuit:
    member = world.machine.member(id)
    assert member is not None
    return member.breaker.circuit


def test_a_black_hole_is_given_nothing_after_five_failures():
    world = with_workers(4)
    assert work(world, {"w0"}, 200)["w0"] <= 6
    assert circuit(world, "w0") is Circuit.OPEN
    (fact,) = world.told(WorkerCooled)
    assert fact.reason == "it failed 5 times in a row, and others can do that; cooled down for 10 s"


@pytest.mark.parametrize(("past", "least"), [("", 5), ("-" * 40, 5), ("+" * 40, 5), ("+-" * 40, 10), ("+---" * 20, 10)])
def test_how_many_failures_in_a_row_count_depends_on_how_often_it_fails_anyway(past: str, least: int):
    """Who always failed every second task is no news; but nobody may fail for ever."""
    peers = Peers()
    for _ in range(100):
        peers.learn("sound", "work", success=True)
    for each in past:
        peers.learn("w", "work", success=each == "+")
    row = 0
    while not peers.is_unlikely("w", {"work": row}):
        row += 1
        peers.learn("w", "work", success=False)
    assert row == least


def test_after_its_pause_it_is_tried_with_one_task_and_eased_in():
    world = with_workers(4)
    work(world, {"w0"}, 40)
    world.pass_time(10.1)
    assert circuit(world, "w0") is Circuit.HALF_OPEN
    for number in range(20):
        world.submit(f"long{number}")
    member = world.machine.member("w0")
    assert member is not None
    assert len(member.held) == 1
    for allowed in (2, 4):
        world.end(next(iter(member.held)))
        assert (circuit(world, "w0"), len(member.held)) == (Circuit.SLOW_START, min(4, allowed))
    while world.machine.held:
        world.end(world.machine.holdings()[0].id)
    work(world, set(), 100)
    assert circuit(world, "w0") is Circuit.CLOSED
    assert [fact.reason == "" for fact in world.told(WorkerCooled)] == [False, True]


def test_a_trial_that_fails_makes_the_pause_longer():
    world = with_workers(4)
    work(world, {"w0"}, 40)
    pauses = []
    for _ in range(7):
        member = world.machine.member("w0")
        assert member is not None
        pauses.append(member.breaker.cooldown)
        world.pass_time(pauses[-1] + 0.1)
        work(world, {"w0"}, 8)
    assert pauses == [10, 20, 40, 80, 160, 300, 300]


def test_a_type_that_fails_everywhere_cools_down_nobody():
    world = with_workers(4)
    everybody = {f"w{number}" for number in range(4)}
    work(world, set(), 40, "good")
    work(world, everybody, 200, "broken")
    assert not world.told(WorkerCooled)


def test_what_is_the_tasks_own_fault_cools_down_nobody():
    world = with_workers(4)
    work(world, set(), 40)
    for number in range(100):
        world.submit(f"f{number}", max_attempts=1)
        world.fail(f"f{number}", fault="task")
    assert not world.told(WorkerCooled)


def test_the_only_one_that_could_is_never_cooled_down():
    world = with_workers(4)
    world.join("gpu", 4, capabilities=("gpu",))
    world.submit("needs gpu", capabilities=("gpu",), delay=0.0, complexity=4)
    world.submit("waits for it", capabilities=("gpu",), complexity=4)
    work(world, {"gpu"}, 200)
    assert circuit(world, "gpu") is Circuit.CLOSED


def test_one_that_becomes_the_only_one_is_tried_at_once():
    world = with_workers(4)
    world.join("gpu", 4, capabilities=("gpu",))
    work(world, {"gpu"}, 200)
    assert circuit(world, "gpu") is Circuit.OPEN
    world.submit("needs gpu", capabilities=("gpu",))
    world.pass_time(1.0)
    assert world.worker_of("needs gpu") == "gpu"


@pytest.mark.parametrize(("bad", "cooled"), [(1, 1), (2, 2), (3, 2), (4, 0)])
def test_no_more_than_half_are_cooled_down(bad, cooled):
    world = with_workers(4)
    work(world, {f"w{number}" for number in range(bad)}, 400)
    assert sum(circuit(world, f"w{number}") is Circuit.OPEN for number in range(4)) == cooled


def test_when_others_leave_the_cooled_are_tried():
    world = with_workers(4)
    work(world, {"w0", "w1"}, 200)
    world.tell(inputs.WorkerLeft("w2"))
    world.pass_time(1.0)
    assert {circuit(world, id) for id in ("w0", "w1")} == {Circuit.HALF_OPEN}


def test_a_new_registration_begins_anew():
    world = with_workers(4)
    work(world, {"w0"}, 40)
    world.join("w0", 4)
    assert circuit(world, "w0") is Circuit.CLOSED


def test_remote_workers_are_cooled_down_too():
    world = with_workers(4, leased=True)
    assert work(world, {"w0"}, 100)["w0"] <= 6


def test_explain_says_who_is_cooled_down_and_why():
    world = with_workers(2)
    work(world, {"w0"}, 40)
    for number in range(5):
        world.submit(f"x{number}")
    (why,) = world.machine.hindrances(world.stored("x4"), world.steady())
    assert why == "worker w0 is cooled down for 10.0 s: it failed 5 times in a row, and others can do that"


@settings(max_examples=8)
@given(rate=st.sampled_from([0.1, 0.3, 0.5, 0.8]), seed=st.integers(0, 10**6))
def test_workers_that_fail_as_often_as_each_other_are_hardly_ever_cooled_down(rate, seed):
    """One run in a thousand of each is held against somebody by chance; of 300 outcomes, a few at the very most."""
    rng = random.Random(seed)
    world = with_workers(6)
    for number in range(300):
        world.submit(f"t{number}", max_attempts=1)
        world.end(f"t{number}", success=rng.random() >= rate, error="no luck")
    assert len([fact for fact in world.told(WorkerCooled) if fact.reason]) <= 3


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans()), max_size=60))
def test_evidence_against_a_worker_comes_from_the_others(outcomes):
    peers = Peers()
    for worker, kind, success in outcomes:
        peers.learn(worker, kind, success=success)
    for worker in "abc":
        for kind in "xy":
            others = [success for who, what, success in outcomes if who != worker and what == kind]
            evidence = peers.evidence(worker, {kind: 5})
            assert (evidence > 0) == any(others)
            if any(others) and not all(others):
                assert evidence < Peers().evidence(worker, {kind: 5}) + 5 * 1.61
