"""Workers come, go, die, drain and renew."""

import pytest

from apportion.config import RuntimeConfig
from apportion.errors import TaskConflictError, UnknownWorkerError
from apportion.events import TaskRequeued, WorkerDraining, WorkerGone
from apportion.model.worker import WorkerStatus
from apportion.runtime import inputs
from tests.runtime.world import World

LEASED = RuntimeConfig(lease_seconds=15.0)


def test_nobody_is_given_more_than_fits():
    world = World()
    world.join("w", 3)
    for number in range(5):
        world.submit(f"t{number}", complexity=1.5)
    held = [f"t{number}" for number in range(5) if world.worker_of(f"t{number}")]
    assert held == ["t0", "t1"]
    world.end("t0")
    assert world.worker_of("t2") == "w"


def test_a_draining_worker_gets_nothing_new_and_finishes_what_it_holds():
    world = World()
    world.join("w", 2)
    world.submit("t")
    world.ask(inputs.DrainAsked("w"))
    world.submit("next")
    assert world.state("next") == "queued"
    world.end("t")
    assert (world.state("t"), world.state("next")) == ("succeeded", "queued")
    assert [fact.worker_id for fact in world.told(WorkerDraining)] == ["w"]


def test_what_a_leaving_worker_holds_is_handed_back_uncounted():
    world = World()
    world.join("w")
    world.submit("t", max_attempts=1)
    old = world.attempt("t")
    world.ask(inputs.WorkerLeft("w"))
    task = world.stored("t")
    assert (task.state, task.failures, task.deaths) == ("queued", 0, 0)
    with pytest.raises(TaskConflictError):
        world.report(old)
    assert [fact.reason for fact in world.told(WorkerGone)] == ["it left"]


def test_a_task_that_sees_three_workers_die_is_poison():
    world = World()
    for number, worker in enumerate(("a", "b", "c")):
        world.join(worker)
        if number == 0:
            world.submit("t", max_attempts=1)
        assert world.worker_of("t") == worker
        world.ask(inputs.WorkerLost(worker))
    task = world.stored("t")
    assert (task.state, task.deaths, task.failures) == ("failed", 3, 0)
    assert str(task.error).startswith("poison: 3 workers died")


def test_after_a_death_a_task_goes_to_another_worker_if_it_can():
    world = World()
    world.join("a")
    world.submit("t")
    world.ask(inputs.WorkerLost("a"))
    world.join("a", 5)
    assert world.worker_of("t") == "a", "rather than nowhere"
    world.join("b", 5)
    world.ask(inputs.WorkerLost("a"))
    assert world.worker_of("t") == "b"


def test_a_worker_that_registers_anew_does_not_keep_what_its_predecessor_held():
    world = World(LEASED)
    first = world.join("w", leased=True)
    world.submit("t")
    old = world.attempt("t")
    second = world.join("w", leased=True)
    assert second > first
    assert world.stored("t").lease == 2
    with pytest.raises(TaskConflictError):
        world.report(old)
    with pytest.raises(UnknownWorkerError):
        world.ask(inputs.Heartbeat("w", first, {"t": 2}))


def test_a_lease_that_is_not_renewed_is_lost():
    world = World(LEASED)
    world.join("silent", leased=True)
    world.submit("t")
    old = world.attempt("t")
    another = world.join("another", leased=True, eager=False)
    world.pass_time(14.9)
    world.ask(inputs.Heartbeat("another", another, {}))
    assert world.state("t") == "assigned"
    world.ask(inputs.DrainAsked("silent"))
    world.pass_time(0.2)
    assert world.state("t") == "queued"
    assert world.stored("t").deaths == 1
    assert "not renewed" in world.told(TaskRequeued)[-1].reason
    with pytest.raises(TaskConflictError):
        world.report(old)


def test_a_lease_that_is_renewed_is_kept():
    world = World(LEASED)
    incarnation = world.join("w", 2, leased=True)
    world.submit("t")
    world.submit("u")
    for _ in range(10):
        world.pass_time(10.0)
        answer = world.ask(inputs.Heartbeat("w", incarnation, {}))
        assert answer.taken_back == ()
    assert (world.state("t"), world.state("u")) == ("assigned", "assigned")


def test_a_heartbeat_renews_only_what_it_names():
    world = World(LEASED)
    incarnation = world.join("w", 2, leased=True)
    world.submit("named")
    world.submit("forgotten")
    world.pass_time(10.0)
    answer = world.ask(inputs.Heartbeat("w", incarnation, {"named": 1, "never mine": 7}))
    assert answer.taken_back == ("never mine",)
    world.ask(inputs.DrainAsked("w"))
    world.pass_time(6.0)
    assert (world.state("named"), world.state("forgotten")) == ("assigned", "queued")


def test_a_heartbeat_under_an_old_lease_renews_nothing():
    world = World(LEASED)
    incarnation = world.join("w", leased=True)
    world.submit("t")
    answer = world.ask(inputs.Heartbeat("w", incarnation, {"t": 99}))
    assert answer.taken_back == ("t",)
    world.pass_time(14.9)
    world.ask(inputs.Heartbeat("w", incarnation, {"t": 99}))
    world.pass_time(0.2)
    assert world.stored("t").deaths == 1


def test_a_heartbeat_is_told_what_was_cancelled():
    world = World(LEASED)
    incarnation = world.join("w", leased=True)
    world.submit("t")
    world.ask(inputs.CancelAsked("t"))
    world.ask(inputs.DrainAsked("w"))
    answer = world.ask(inputs.Heartbeat("w", incarnation, {"t": 1}))
    assert (answer.cancelled, answer.taken_back, answer.draining) == (("t",), (), True)


@pytest.mark.parametrize("jump", [-86400.0, 86400.0])
def test_a_jump_of_the_wall_clock_loses_no_lease(jump):
    world = World(LEASED)
    incarnation = world.join("w", leased=True)
    world.submit("t")
    world.pass_time(5.0, wall=jump)
    world.ask(inputs.Heartbeat("w", incarnation, {}))
    world.pass_time(14.0)
    assert (world.state("t"), world.stored("t").lease) == ("assigned", 1)


def test_a_local_worker_needs_no_heartbeat():
    world = World(LEASED)
    world.join("local")
    world.submit("t")
    world.pass_time(3600.0)
    assert world.state("t") == "assigned"


@pytest.mark.parametrize("ask", [inputs.DrainAsked, inputs.WorkerLeft, inputs.WorkerLost])
def test_an_unknown_worker_is_an_error(ask):
    with pytest.raises(UnknownWorkerError):
        World().ask(ask("nobody"))


def test_strategies_see_a_workers_record():
    world = World()
    world.join("w")
    world.submit("t")
    world.pass_time(2.0)
    world.end("t", duration=2.0)
    worker = world.pool.get("w")
    assert worker is not None
    assert (worker.metrics.tasks_completed, worker.metrics.average_task_duration) == (1, 2.0)
    assert worker.status is WorkerStatus.IDLE


def test_what_a_run_that_died_held_is_queued_again_without_blame():
    world = World()
    world.join("w")
    world.submit("t", max_attempts=1)
    world.submit("waits")
    old = world.attempt("t")
    world.begin()
    task = world.stored("t")
    assert (task.state, task.failures, task.deaths) == ("queued", 0, 0)
    world.join("w", 2)
    assert world.stored("t").lease == 2
    assert world.worker_of("waits") == "w"
    with pytest.raises(TaskConflictError):
        world.report(old)
