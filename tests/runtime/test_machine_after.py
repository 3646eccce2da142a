"""Tasks that wait for others, and tasks that are given up while only the store knows them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.config import RuntimeConfig
from apportion.events import TaskReleased
from apportion.model.lifecycle import TaskState
from apportion.runtime import inputs
from apportion.runtime.reads import carry_out
from tests.runtime.world import START, World


def test_a_task_starts_when_all_that_it_waits_for_have_succeeded():
    world = World()
    world.join("w", 9)
    world.submit("a")
    world.submit("b")
    world.submit("c", after=("a", "b"))
    world.end("a")
    assert world.state("c") == "queued"
    world.end("b")
    assert world.worker_of("c") == "w"
    assert [fact.task_id for fact in world.told(TaskReleased)] == ["c"]


def test_what_has_succeeded_before_is_no_reason_to_wait():
    world = World()
    world.join("w", 9)
    world.submit("a")
    world.end("a")
    world.submit("b", after=("a",))
    assert world.worker_of("b") == "w"


@pytest.mark.parametrize(
    ("how", "word"), [("fail", "'a', which it waits for, failed"), ("cancel", "'a', which it waits for, was cancelled")]
)
def test_a_task_that_waits_in_vain_fails_and_says_for_which(how, word):
    world = World()
    world.join("w", 9)
    world.submit("a", max_attempts=1)
    world.submit("b")
    world.submit("c", after=("b", "a"))
    world.submit("d", after=("c",))
    world.submit("e", after=("b",))
    _ = world.fail("a") if how == "fail" else world.ask(inputs.CancelAsked("a"))
    assert world.state("c") == "failed"
    assert world.stored("c").error == f"after: task {word}"
    assert world.stored("d").error == "after: task 'c', which it waits for, failed"
    assert (world.state("e"), world.machine.queued) == ("queued", 1)


def test_one_that_waits_for_what_is_not_there_fails():
    world = World()
    world.submit("a", after=("gone",))
    assert world.stored("a").error == "after: task 'gone', which it waits for, is not there any more"


def test_it_survives_a_restart_at_any_moment():
    world = World()
    world.join("w", 9)
    world.submit("a")
    world.submit("b", after=("a",))
    world.begin()
    world.join("w", 9)
    assert world.state("b") == "queued"
    world.reads_at_once = False
    world.end("a")
    assert world.state("b") == "queued", "the end is on disk, and the process is gone before it looks who waits"
    world.reads_at_once = True
    world.begin()
    world.join("w", 9)
    assert world.worker_of("b") == "w"


def test_a_crowd_that_waits_for_one_is_read_piece_by_piece():
    world = World(RuntimeConfig(front=32))
    world.join("w", 1)
    world.submit("a")
    for number in range(600):
        world.submit(f"t{number}", after=("a",))
    assert len(world.machine._books.front) == 0, "who waits for others waits in the store"
    world.end("a")
    ended = 0
    while world.running:
        world.report(next(iter(world.running.values())))
        ended += 1
    assert ended == 600


def test_it_is_retried_with_all_that_it_waits_for():
    world = World()
    world.join("w", 9)
    world.submit("a", max_attempts=1)
    world.submit("b", after=("a",))
    world.fail("a")
    world.ask(inputs.RetryAsked(world.stored("a")))
    world.ask(inputs.RetryAsked(world.stored("b")))
    assert world.state("b") == "queued"
    world.end("a")
    assert world.worker_of("b") == "w"


def test_delays_and_retries_count_from_when_it_may_start():
    world = World(RuntimeConfig(retry_backoff=0.0))
    world.join("w", 9)
    world.submit("a")
    world.submit("b", after=("a",), delay=30.0, schedule_timeout=5.0)
    world.pass_time(20.0)
    world.end("a")
    assert world.state("b") == "queued"
    world.pass_time(10.1)
    assert world.worker_of("b") == "w"
    world.fail("b")
    assert world.worker_of("b") == "w", "a retry waits for nobody again"


def test_a_parked_task_can_be_cancelled_and_counts_as_queued():
    world = World()
    world.submit("a")
    world.submit("b", after=("a",))
    assert world.machine.queued == 2
    world.ask(inputs.CancelAsked("b", world.stored("b")))
    world.join("w", 9)
    world.end("a")
    assert (world.state("b"), world.machine.queued) == ("cancelled", 0)


@settings(max_examples=60)
@given(st.data())
def test_a_model_of_dependencies(data):
    """Against a model: each starts exactly when all of its others have succeeded, and fails when one did not."""
    world = World()
    world.join("w", 100)
    after: dict[str, tuple[str, ...]] = {}
    for number in range(data.draw(st.integers(2, 12))):
        names = data.draw(st.lists(st.sampled_from(sorted(after)), max_size=3, unique=True)) if after else []
        after[f"t{number}"] = tuple(names)
        world.submit(f"t{number}", after=tuple(names), max_attempts=1)
        step = data.draw(st.sampled_from(["end", "fail", "cancel", "restart", "nothing"]))
        running = sorted(key for key in world.running if world.machine.task(key[0]))
        if step == "restart":
            world.begin()
            world.join("w", 100)
        elif running and step != "nothing":
            id = data.draw(st.sampled_from(running))[0]
            if step == "cancel":
                world.ask(inputs.CancelAsked(id))
            else:
                world.end(id, success=step == "end", error="no luck")
        for id, names in after.items():
            states = [world.state(name) for name in names]
            if world.state(id) in {"assigned", "succeeded"}:
                assert all(state == "succeeded" for state in states)
            if any(state in {"failed", "cancelled"} for state in states):
                assert world.state(id) in {"failed", "cancelled"}
            elif all(state == "succeeded" for state in states):
                assert world.state(id) != "queued"


# --- given up without being in memory -------------------------------------------------------------------------------


def test_a_deadline_passes_in_the_store_too():
    world = World(RuntimeConfig(front=8))
    for number in range(40):
        world.submit(f"t{number:02}", type=f"type {number}", deadline=START + 100 if number == 39 else None)
    world.submit("parked", after=("t00",), deadline=START + 50)
    world.submit("delayed", delay=1000.0, deadline=START + 60)
    world.submit("short", priority=-9, schedule_timeout=70.0)
    assert world.machine.task("t39") is None
    for seconds, gone in ((51, "parked"), (10, "delayed"), (10, "short"), (30, "t39")):
        assert world.state(gone) == "queued"
        world.pass_time(seconds)
        assert world.state(gone) == "failed"
    assert world.stored("t39").error == "deadline: it was not started by its deadline"
    assert world.stored("short").error == "schedule-timeout: no worker took it within 70 s"
    assert world.machine.queued == 39


def test_what_is_given_up_after_a_restart():
    world = World(RuntimeConfig(front=8))
    for number in range(40):
        world.submit(f"t{number:02}", schedule_timeout=100.0 if number > 20 else None)
    world.begin()
    world.pass_time(101.0)
    assert world.store.counts()[TaskState.FAILED] == 19
    assert world.machine.queued == 21


def test_a_stale_read_gives_up_nothing_that_has_moved_on():
    world = World(RuntimeConfig(front=8))
    for number in range(9):
        world.submit(f"t{number}", priority=number, schedule_timeout=10.0)
    world.reads_at_once = False
    world.pass_time(10.0)
    reads, world.reads = world.reads, []
    assert reads
    found = [carry_out(read, world.store) for read in reads]
    left = [id for id in (f"t{number}" for number in range(9)) if world.state(id) == "queued"]
    for id in left:
        world.ask(inputs.CancelAsked(id, world.stored(id)))
    world.reads_at_once = True
    world.tell(*found)
    assert world.machine.queued == 0
    assert all(world.state(id) == "cancelled" for id in left)


def test_a_clock_that_jumped_does_not_make_the_machine_spin():
    world = World()
    world.submit("a", schedule_timeout=100.0)
    world.pass_time(1.0, wall=500.0)
    asked = 0
    for _ in range(20):
        world.pass_time(0.1)
        asked += len(world.reads)
    assert world.state("a") in {"queued", "failed"}
    assert asked == 0
