"""Limits by key, over all workers and restarts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.config import RuntimeConfig
from apportion.errors import FieldError, FieldTypeError
from apportion.model.limit import Limit
from apportion.runtime import inputs
from tests.runtime.world import World


def with_limits(*lines: str, workers: int = 3, capacity: float = 10) -> World:
    world = World(RuntimeConfig(limits=lines))
    for number in range(workers):
        world.join(f"w{number}", capacity)
    return world


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("task_type:work,concurrency=2", {}),
        ("tenant:acme,concurrency=2", {"tenant": "acme"}),
        ("key:provider,concurrency=2", {"limit_keys": ("other", "provider")}),
    ],
)
def test_no_more_run_at_once_than_the_limit_whoever_has_room(line, fields):
    world = with_limits(line)
    for number in range(6):
        world.submit(f"t{number}", **fields)
    world.submit("free", type="other")
    assert world.machine.held == 3
    assert world.worker_of("free")
    for number in range(4):
        world.end(f"t{number}")
        assert world.machine.held == 3
    world.end("t4")
    world.end("t5")
    assert world.machine.held == 1


def test_what_still_runs_counts_though_nobody_waits_for_it():
    world = with_limits("task_type:work,concurrency=1")
    world.submit("a")
    attempt = world.attempt("a")
    world.submit("b")
    world.ask(inputs.CancelAsked("a"))
    assert world.state("b") == "queued"
    with pytest.raises(Exception, match="void"):
        world.report(attempt)
    assert world.worker_of("b")


def test_a_rate_lets_so_many_start_a_second():
    world = with_limits("task_type:work,rate=2")
    world.pass_time(5.0)
    for number in range(6):
        world.submit(f"t{number}")
    counts = [world.machine.held]
    for _ in range(4):
        world.pass_time(0.5)
        counts.append(world.machine.held)
    assert counts == [2, 2, 4, 4, 6]


@given(
    rate=st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 2.5]),
    steps=st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]), st.integers(0, 4)), max_size=30),
)
def test_in_no_second_more_start_than_the_rate(rate, steps):
    world = with_limits(f"task_type:work,rate={rate}", workers=1, capacity=1000)
    starts: list[float] = []
    count = 0
    for seconds, tasks in steps:
        before = world.machine.held
        world.pass_time(seconds)
        for _ in range(tasks):
            count += 1
            world.submit(f"t{count}")
        starts += [world.steady()] * (world.machine.held - before)
    most = rate if rate >= 1 and rate.is_integer() else int(rate) + 1
    span = 1.0 if rate >= 1 else 1.0 / rate
    for start in starts:
        assert sum(start <= each < start + span - 1e-9 for each in starts) <= most


@given(st.lists(st.sampled_from(["submit", "end", "fail", "restart", "time", "cancel"]), max_size=40))
def test_a_model_of_concurrency(steps):
    """At no time do more run than the limit, and nothing waits that may start: over ends, failures and restarts."""
    world = World(RuntimeConfig(limits=["key:k,concurrency=2"], retry_backoff=0.0))
    world.join("w", 5)
    count = 0
    for step in steps:
        running = sorted(world.running)
        if step == "submit":
            world.submit(f"t{count}", limit_keys=("k",), max_attempts=9)
            count += 1
        elif step == "restart":
            world.begin()
            world.join("w", 5)
        elif step == "time":
            world.pass_time(1.0)
        elif running and step == "cancel":
            world.ask(inputs.CancelAsked(running[0][0]))
            world.pass_time(0.0)
            with pytest.raises(Exception, match="void"):
                world.report(world.running[running[0]])
        elif running:
            world.end(running[0][0], success=step == "end", error="no luck")
        assert len(world.running) == min(2, world.machine.queued + world.machine.held)


def test_after_a_restart_remote_holders_count_and_no_second_burst_starts():
    world = World(RuntimeConfig(limits=["key:k,concurrency=2", "task_type:work,rate=2"]))
    world.join("far", 9, leased=True)
    world.pass_time(5.0)
    for number in range(5):
        world.submit(f"t{number}", limit_keys=("k",))
    assert world.machine.held == 2
    world.begin()
    assert world.machine.held == 2
    world.ask_for_work("far")
    assert world.machine.held == 2, "the holders of the last run count"
    for task in world.machine.holdings():
        world.ask(inputs.AttemptReleased(task.id, "far", task.lease))
    assert world.machine.held == 0, "what started just before the restart is not known"
    world.pass_time(1.1)
    assert world.machine.held == 2


def test_a_limit_in_the_way_does_not_stop_others_of_a_long_queue():
    world = World(RuntimeConfig(front=32, limits=["key:k,concurrency=1"]))
    for number in range(300):
        world.submit(f"limited{number:03}", limit_keys=("k",))
    for number in range(20):
        world.submit(f"free{number:02}", type=f"type {number}")
    world.join("w", 30)
    assert world.machine.held == 21


def test_explain_says_which_limit_and_when_it_is_free():
    world = with_limits("key:openai,concurrency=1", "tenant:acme,rate=1", workers=1)
    world.pass_time(3.0)
    world.submit("a", limit_keys=("openai",))
    world.submit("b", limit_keys=("openai",))
    world.submit("c", tenant="acme")
    world.submit("d", tenant="acme")
    b, d = (world.stored(id) for id in "bd")
    assert world.machine.hindrances(b, world.steady()) == [
        "limited by key 'openai': 1 of 1 run, free again when one of them ends"
    ]
    assert world.machine.hindrances(d, world.steady()) == [
        "limited by tenant 'acme': 1 a second have started, free again in 1.0 s"
    ]
    world.end("a", duration=4.0)
    world.pass_time(1.0)
    c = world.machine.hindrances(world.stored("b").replace(id="c"), world.steady())
    assert c == ["limited by key 'openai': 1 of 1 run, free again when one of them ends, expected in 3.0 s"]


def test_a_limit_is_read_from_a_line():
    assert Limit.parse("key:openai,concurrency=4,rate=10") == Limit("key", "openai", 4, 10.0)
    assert Limit.parse("task_type:a b,rate=0.5") == Limit("task_type", "a b", None, 0.5)
    assert RuntimeConfig(limits=[{"kind": "tenant", "name": "acme", "rate": 1}]).limits == (
        Limit("tenant", "acme", None, 1.0),
    )
    assert RuntimeConfig(tenant_weights=["acme=3", "a=b=0.5"]).tenant_weights == (("acme", 3.0), ("a=b", 0.5))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("openai,concurrency=4", "Limit.kind|names nothing"),
        ("key:openai", "names nothing to limit; write it like"),
        ("key:openai,speed=4", "'speed=4' is not concurrency=NUMBER"),
        ("key:openai,concurrency=many", "concurrency must be a number"),
        ("key:openai,concurrency=0", "Limit.concurrency"),
        ("key:openai,rate=-1", "Limit.rate"),
        ("keys:openai,rate=1", "did you mean 'key'"),
        ("key:,rate=1", "Limit.name"),
    ],
)
def test_a_line_that_limits_nothing_is_refused(line, problem):
    with pytest.raises(FieldError, match=problem):
        RuntimeConfig(limits=[line])


@pytest.mark.parametrize("weights", [["acme"], ["acme=0"], {"acme": -1}])
def test_a_weight_that_is_none_is_refused(weights):
    with pytest.raises((FieldError, FieldTypeError), match="tenant_weights"):
        RuntimeConfig(tenant_weights=weights)
