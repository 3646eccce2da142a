"""How tasks come in, and how long they wait."""

import pytest

from apportion.config import RuntimeConfig
from apportion.errors import DuplicateError, QueueFullError, TaskConflictError, UnknownTaskError
from apportion.events import TaskAssigned, TaskCancelled, TaskFailed, TaskQueued
from apportion.runtime import inputs
from tests.runtime.world import START, World


def test_a_task_that_a_worker_has_room_for_starts_at_once():
    world = World()
    world.join("w")
    assert world.submit("t") == "t"
    assert world.worker_of("t") == "w"
    assert world.attempt("t").lease == 1
    assert [type(fact) for fact in world.facts[-2:]] == [TaskQueued, TaskAssigned]


def test_a_task_waits_until_somebody_has_room():
    world = World()
    world.submit("t")
    assert world.state("t") == "queued"
    world.join("w")
    assert world.worker_of("t") == "w"


def test_above_its_limit_the_queue_refuses_and_accepts_nothing():
    world = World(RuntimeConfig(max_queued=2))
    world.submit("one")
    world.submit("two")
    with pytest.raises(QueueFullError) as refusal:
        world.submit("three")
    assert refusal.value.limit == 2
    assert world.store.get("three") is None
    world.join("w")
    world.submit("four")


def test_what_is_delayed_or_parked_counts_against_the_limit():
    world = World(RuntimeConfig(max_queued=20, front=8))
    for number in range(19):
        world.submit(f"t{number}", delay=100.0 * (number % 2))
    world.submit("last")
    with pytest.raises(QueueFullError):
        world.submit("one too many")


@pytest.mark.parametrize("state", ["queued", "delayed", "assigned", "succeeded"])
def test_an_id_that_is_taken_is_refused_and_changes_nothing(state):
    world = World()
    if state in {"assigned", "succeeded"}:
        world.join("w", 1)
    world.submit("t", delay=5.0 if state == "delayed" else 0.0)
    if state == "succeeded":
        world.end("t")
    before = world.stored("t")
    with pytest.raises(DuplicateError):
        world.submit("t", priority=9)
    assert world.stored("t") == before
    assert world.machine.queued == (1 if state in {"queued", "delayed"} else 0)


def test_the_id_of_a_task_that_is_not_in_memory_is_refused_too():
    world = World(RuntimeConfig(front=8))
    for number in range(10):
        world.submit(f"t{number}")
    assert world.machine.task("t9") is None
    world.join("able", capabilities=("x",))
    with pytest.raises(DuplicateError):
        world.submit("t9", capabilities=("x",))
    world.tell(inputs.WorkerLeft("able"))
    assert world.stored("t9").requirements.capabilities == frozenset()
    assert world.machine.queued == 10


def test_a_key_that_is_taken_is_refused():
    world = World()
    world.submit("first", idempotency_key="k")
    with pytest.raises(DuplicateError):
        world.submit("second", idempotency_key="k")
    assert world.store.get("second") is None
    assert world.machine.queued == 1


def test_a_delayed_task_starts_when_its_time_has_come():
    world = World()
    world.join("w")
    world.submit("t", delay=5.0)
    world.pass_time(4.9)
    assert world.state("t") == "queued"
    world.pass_time(0.2)
    assert world.worker_of("t") == "w"


@pytest.mark.parametrize("jump", [-86400.0, 86400.0])
def test_a_delay_is_a_duration_whatever_the_wall_clock_does(jump):
    world = World()
    world.join("w")
    world.submit("t", delay=5.0)
    world.jump(jump)
    world.pass_time(4.0)
    assert world.state("t") == "queued"
    world.pass_time(1.1)
    assert world.state("t") == "assigned"


@pytest.mark.parametrize("seconds", [3600, 3600.1234567])  # of which a rank keeps the first digits
def test_a_date_is_judged_by_the_wall_clock(seconds: float):
    world = World()
    world.join("w")
    world.submit("t", not_before=START + seconds)
    world.pass_time(1.0, wall=3601.0)
    assert world.state("t") == "assigned"


def test_a_date_waits_when_the_wall_clock_goes_back():
    world = World()
    world.join("w")
    world.submit("t", not_before=START + 10)
    world.jump(-100.0)
    world.pass_time(50.0)
    assert world.state("t") == "queued"
    world.pass_time(61.0)
    assert world.state("t") == "assigned"


def test_the_machine_wakes_itself_to_look_at_the_wall_clock():
    world = World()
    world.submit("t", not_before=START + 3600)
    assert world.timer is not None
    assert world.timer - world.steady() <= 1.0


def test_a_task_that_nobody_takes_in_time_fails():
    world = World()
    world.submit("t", schedule_timeout=10.0)
    world.pass_time(9.0)
    assert world.state("t") == "queued"
    world.pass_time(1.5)
    assert world.state("t") == "failed"
    assert str(world.stored("t").error).startswith("schedule-timeout")
    assert world.machine.queued == 0


def test_patience_starts_anew_when_a_task_is_queued_again():
    world = World(RuntimeConfig(retry_backoff=0.0))
    world.join("w")
    world.submit("t", schedule_timeout=10.0)
    world.pass_time(8.0)
    world.tell(inputs.WorkerLeft("w"))
    world.pass_time(8.0)
    assert world.state("t") == "queued"
    world.pass_time(2.1)
    assert world.state("t") == "failed"


def test_a_task_that_has_not_started_by_its_deadline_fails():
    world = World()
    world.submit("t", deadline=START + 10)
    world.pass_time(10.0)
    assert world.state("t") == "failed"
    assert str(world.stored("t").error).startswith("deadline")
    assert [fact.task_id for fact in world.told(TaskFailed)] == ["t"]


def test_a_task_past_its_deadline_is_not_started_though_there_is_room():
    world = World()
    world.join("w")
    world.submit("t", deadline=START - 1)
    assert world.state("t") == "failed"
    assert world.running == {}


def test_a_started_task_may_go_on_past_its_deadline():
    world = World()
    world.join("w")
    world.submit("t", deadline=START + 10)
    world.pass_time(20.0)
    assert world.state("t") == "assigned"


def test_now_or_never_takes_a_task_that_a_worker_can_have():
    world = World()
    world.join("w")
    assert world.submit("t", now_or_never=True) == "t"
    assert world.worker_of("t") == "w"


def test_now_or_never_writes_nothing_when_nobody_has_room():
    world = World()
    assert world.submit("t", now_or_never=True) is None
    assert world.store.get("t") is None
    assert world.machine.queued == 0
    world.join("w")
    assert world.running == {}


def test_a_waiting_task_can_be_cancelled():
    world = World()
    world.submit("t")
    world.ask(inputs.CancelAsked("t"))
    assert world.state("t") == "cancelled"
    assert world.machine.queued == 0
    world.join("w")
    assert world.running == {}
    assert [fact.task_id for fact in world.told(TaskCancelled)] == ["t"]


def test_cancelling_what_runs_ends_its_lease_but_keeps_its_room_until_it_has_ended():
    world = World()
    world.join("w", 1)
    world.submit("t")
    attempt = world.attempt("t")
    world.ask(inputs.CancelAsked("t"))
    assert world.state("t") == "cancelled"
    assert world.cancelling == [attempt]
    world.submit("next")
    assert world.state("next") == "queued"
    with pytest.raises(TaskConflictError):
        world.report(attempt, success=False, cancelled=True)
    assert world.state("t") == "cancelled"
    assert world.worker_of("next") == "w"


def test_what_has_ended_cannot_be_cancelled():
    world = World()
    world.join("w")
    world.submit("t")
    world.end("t")
    with pytest.raises(TaskConflictError):
        world.ask(inputs.CancelAsked("t", world.stored("t")))
    with pytest.raises(UnknownTaskError):
        world.ask(inputs.CancelAsked("no such task"))


def test_a_failed_task_can_be_retried_with_all_its_attempts():
    world = World(RuntimeConfig(retry_backoff=0.0))
    world.join("w")
    world.submit("t", max_attempts=1)
    world.fail("t")
    assert world.state("t") == "failed"
    world.ask(inputs.RetryAsked(world.stored("t")))
    assert world.state("t") == "assigned"
    assert world.stored("t").failures == 0
    assert world.stored("t").lease == 2
    world.end("t")
    with pytest.raises(TaskConflictError):
        world.ask(inputs.RetryAsked(world.stored("t")))


def test_a_delay_is_no_longer_after_a_restart_though_the_wall_clock_went_back():
    world = World()
    world.submit("t", delay=5.0)
    world.jump(-86400.0)
    world.begin()
    world.join("w")
    world.pass_time(5.1)
    assert world.state("t") == "assigned"


@pytest.mark.parametrize("others", [0, 1])
def test_a_task_whose_deadline_passes_while_it_is_delayed_is_not_started(others):
    """Neither placed alone nor matched with others."""
    world = World()
    world.join("w", 2)
    for number in range(others):
        world.submit(f"other{number}", delay=10.0, type="another")
    world.submit("t", delay=10.0, deadline=START + 5)
    world.pass_time(10.1)
    assert world.state("t") == "failed"
    assert len(world.running) == others
