"""Who is there, how they are and what they hold."""

import threading

import pytest

from apportion.clock import VirtualClock, fresh_random
from apportion.core.balancer import LoadBalancer
from apportion.errors import (
    ApportionError,
    DuplicateError,
    NoProvisionerError,
    TaskConflictError,
    UnknownTaskError,
    UnknownWorkerError,
    WorkerUnavailableError,
)
from apportion.model.metrics import WorkerMetrics
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.registry.outcomes import KEPT
from apportion.registry.registry import WorkerRegistry
from apportion.registry.table import FORGOTTEN_AFTER


def worker(id="w1", capacity=10, **fields):
    return WorkerInfo(id, ["python"], capacity, **fields)


def task(id="t1", complexity=2, task_type="lint"):
    return QueuedTask(id, TaskRequirements(complexity=complexity, task_type=task_type))


@pytest.fixture
def clock():
    return VirtualClock(1000.0)


@pytest.fixture
def registry(clock):
    registry = WorkerRegistry(clock=clock)
    registry.register(worker())
    return registry


def everything(registry):
    """Return all that can be seen of a registry."""
    return [(info, registry.get_worker(info.id)) for info in registry.get_all()]


def seen(registry, id="w1"):
    return registry.get_worker(id)


def info(registry, id="w1"):
    return seen(registry, id).info


# --- coming and going


def test_a_new_worker_is_idle_and_holds_nothing_whatever_load_it_came_with(clock):
    registry = WorkerRegistry(clock=clock)
    registry.register(worker(current_load=7, status="busy"))
    assert (info(registry).current_load, info(registry).status) == (0, "idle")
    assert seen(registry).active_tasks == {}
    assert seen(registry).completed_tasks == ()


def test_an_id_is_registered_once(registry):
    before = everything(registry)
    with pytest.raises(DuplicateError, match="'w1'"):
        registry.register(worker(capacity=99))
    assert everything(registry) == before


def test_one_that_is_offline_may_register_again_and_starts_anew(registry, clock):
    registry.assign_task("w1", task())
    clock.advance(31)
    registry.expire()
    registry.register(worker(capacity=5))
    assert (info(registry).status, info(registry).max_capacity, info(registry).current_load) == ("idle", 5, 0)
    assert len(registry.get_all()) == 1


def test_who_leaves_gives_back_what_it_held(registry):
    registry.assign_task("w1", task())
    assert registry.deregister("w1") == [task()]
    assert registry.get_worker("w1") is None
    assert len(registry.get_all()) == 0
    registry.register(worker("w2"))
    assert registry.assign_task("w2", task()) == "t1"


def test_what_is_no_worker_is_refused(registry):
    with pytest.raises(TypeError, match="WorkerInfo"):
        registry.register({"id": "w2"})


# --- status


def test_status_follows_what_is_held_and_full_is_busy(registry):
    registry.assign_task("w1", task(complexity=10))
    assert (info(registry).status, info(registry).current_load) == ("busy", 10)
    registry.complete_task("w1", "t1", True)
    assert (info(registry).status, info(registry).current_load) == ("idle", 0)


def test_a_worker_says_when_it_has_too_much_and_when_no_more(registry):
    registry.heartbeat("w1", status="overloaded")
    assert info(registry).status == "overloaded"
    registry.heartbeat("w1")
    assert info(registry).status == "overloaded"
    registry.heartbeat("w1", status="idle")
    assert info(registry).status == "idle"


@pytest.mark.parametrize("status", ["offline", "draining", "sleepy"])
def test_a_heartbeat_cannot_say_the_rest(registry, clock, status):
    clock.advance(20)
    with pytest.raises(ValueError, match="status"):
        registry.heartbeat("w1", status=status)
    clock.advance(20)
    registry.expire()
    assert info(registry).status == "offline"  # the refused heartbeat was no sign of life


def test_a_heartbeat_brings_latency(registry):
    registry.heartbeat("w1", latency=0.02)
    assert info(registry).latency == 0.02
    with pytest.raises(ValueError, match="latency"):
        registry.heartbeat("w1", latency=-1)


def test_a_draining_worker_finishes_what_it_holds(registry):
    registry.assign_task("w1", task())
    registry.drain("w1")
    assert info(registry).status == "draining"
    registry.complete_task("w1", "t1", True)
    assert info(registry).status == "draining"


# --- silence


def test_silence_makes_offline_and_returns_what_was_held(registry, clock):
    registry.register(worker("w2"))
    registry.assign_task("w1", task())
    clock.advance(30)
    registry.heartbeat("w2")
    assert registry.expire() == []
    clock.advance(1)
    assert registry.expire() == [task()]
    assert (info(registry).status, info(registry).current_load) == ("offline", 0)
    assert info(registry, "w2").status == "idle"
    assert registry.expire() == []


def test_what_was_returned_can_go_to_another_and_the_lost_worker_cannot_complete_it(registry, clock):
    registry.assign_task("w1", task())
    clock.advance(31)
    (returned,) = registry.expire()
    registry.register(worker("w2"))
    registry.assign_task("w2", returned)
    with pytest.raises(UnknownTaskError, match="'w1'"):
        registry.complete_task("w1", "t1", True)


def test_completing_is_a_sign_of_life(registry, clock):
    registry.assign_task("w1", task())
    clock.advance(29)
    registry.complete_task("w1", "t1", True)
    clock.advance(29)
    assert registry.expire() == []
    assert info(registry).status == "idle"


def test_who_was_offline_is_back_with_a_heartbeat(registry, clock):
    clock.advance(31)
    registry.expire()
    registry.heartbeat("w1")
    assert info(registry).status == "idle"


def test_who_stays_silent_for_a_day_is_forgotten(registry, clock):
    clock.advance(31)
    registry.expire()
    clock.advance(FORGOTTEN_AFTER)
    registry.expire()
    assert registry.get_worker("w1") is None


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), "soon"])
def test_a_timeout_that_makes_no_sense_is_refused(timeout):
    with pytest.raises((ValueError, TypeError), match="heartbeat_timeout"):
        WorkerRegistry(heartbeat_timeout=timeout)


# --- tasks


def test_a_held_task_names_its_worker_and_makes_its_load(registry):
    assert registry.assign_task("w1", task("a", 1.5)) == "a"
    assert registry.assign_task("w1", task("b", 2)) == "b"
    assert info(registry).current_load == 3.5
    assert registry.get_worker("w1").active_tasks == {
        "a": QueuedTask("a", task("a", 1.5).requirements, "w1"),
        "b": QueuedTask("b", task("b", 2).requirements, "w1"),
    }


def test_load_is_not_off_by_rounding(registry):
    for id, size in (("a", 0.1), ("b", 0.2), ("c", 0.7)):
        registry.assign_task("w1", task(id, size))
    registry.complete_task("w1", "a", True)
    registry.complete_task("w1", "c", True)
    assert info(registry).current_load == 0.2


def refused(registry, error, *arguments, call="assign_task"):
    """Make a call that must be refused, and see that it changed nothing."""
    before = everything(registry)
    with pytest.raises(error) as caught:
        getattr(registry, call)(*arguments)
    assert isinstance(caught.value, ApportionError)
    assert everything(registry) == before
    return caught.value


def test_a_task_over_capacity_is_refused(registry):
    registry.assign_task("w1", task("a", 9))
    error = refused(registry, WorkerUnavailableError, "w1", task("b", 2))
    assert (error.worker_id, error.code) == ("w1", "insufficient-capacity")
    assert registry.assign_task("w1", task("c", 1)) == "c"


def test_a_task_for_an_unknown_worker_is_refused(registry):
    refused(registry, UnknownWorkerError, "nobody", task())


def test_a_task_for_one_that_takes_nothing_new_is_refused(registry, clock):
    registry.heartbeat("w1", status="overloaded")
    assert refused(registry, WorkerUnavailableError, "w1", task()).code == "overloaded"
    registry.drain("w1")
    assert refused(registry, WorkerUnavailableError, "w1", task()).code == "draining"
    clock.advance(31)
    registry.expire()
    assert refused(registry, WorkerUnavailableError, "w1", task()).code == "offline"


def test_a_task_that_somebody_holds_is_refused(registry):
    registry.register(worker("w2"))
    registry.assign_task("w1", task())
    for id in ("w1", "w2"):
        error = refused(registry, TaskConflictError, id, task())
        assert (error.task_id, error.state) == ("t1", "assigned")
        assert "'w1' holds it" in str(error)


def test_completing_what_is_not_held_is_refused(registry):
    registry.register(worker("w2"))
    registry.assign_task("w1", task())
    refused(registry, UnknownTaskError, "w2", "t1", True, call="complete_task")
    refused(registry, UnknownTaskError, "w1", "t2", True, call="complete_task")
    refused(registry, UnknownWorkerError, "w3", "t1", True, call="complete_task")
    refused(registry, ValueError, "w1", "t1", True, -1.0, call="complete_task")
    refused(registry, TypeError, "w1", "t1", True, "long", call="complete_task")
    registry.complete_task("w1", "t1", True)
    refused(registry, UnknownTaskError, "w1", "t1", True, call="complete_task")


@pytest.mark.parametrize("call", ["deregister", "heartbeat", "drain"])
def test_calls_about_a_stranger_are_refused(registry, call):
    refused(registry, UnknownWorkerError, "nobody", call=call)


def test_what_is_no_queued_task_is_refused(registry):
    refused(registry, TypeError, "w1", TaskRequirements())


# --- what was done


def test_finished_tasks_are_kept_with_their_outcome(registry, clock):
    registry.assign_task("w1", task("a"))
    registry.assign_task("w1", task("b", task_type=None))
    clock.advance(4)
    registry.complete_task("w1", "a", True, 2.5)
    registry.complete_task("w1", "b", False)
    first, second = registry.get_worker("w1").completed_tasks
    assert (first.id, first.task_type, first.success, first.duration) == ("a", "lint", True, 2.5)
    assert (second.id, second.task_type, second.success, second.duration) == ("b", None, False, 4.0)


def finish(registry, *outcomes, duration=1.0):
    for success in outcomes:
        registry.assign_task("w1", task())
        registry.complete_task("w1", "t1", success, duration)


def test_one_failure_in_one_task_is_not_0_percent(registry):
    finish(registry, False)
    assert info(registry).metrics.success_rate == pytest.approx(2 / 3)  # (0 + 2*1) / (1 + 2)


def test_the_prior_is_what_the_worker_came_with(clock):
    registry = WorkerRegistry(clock=clock)
    registry.register(worker(metrics=WorkerMetrics(0.5, 8.0, 10, 10, last_failure_at=900.0, uptime=50.0)))
    clock.advance(7)
    metrics = info(registry).metrics
    assert (metrics.average_task_duration, metrics.tasks_completed, metrics.tasks_failed) == (8.0, 10, 10)
    assert (metrics.last_failure_at, metrics.uptime) == (900.0, 57.0)
    finish(registry, True, duration=2.0)
    metrics = info(registry).metrics
    assert metrics.success_rate == pytest.approx(2 / 3)  # (1 + 2*0.5) / (1 + 2)
    assert (metrics.average_task_duration, metrics.tasks_completed, metrics.tasks_failed) == (2.0, 11, 10)


def test_the_average_duration_is_of_successes(registry, clock):
    finish(registry, True, duration=3.0)
    finish(registry, False, duration=0.001)
    metrics = info(registry).metrics
    assert metrics.average_task_duration == 3.0
    assert (metrics.tasks_completed, metrics.tasks_failed, metrics.last_failure_at) == (1, 1, clock())


def test_rates_are_of_a_window_and_counts_of_all(registry):
    finish(registry, *[False] * KEPT, duration=9.0)
    finish(registry, *[True] * KEPT, duration=1.0)
    assert len(seen(registry).completed_tasks) == KEPT
    metrics = info(registry).metrics
    assert (metrics.success_rate, metrics.average_task_duration) == (1.0, 1.0)
    assert (metrics.tasks_completed, metrics.tasks_failed) == (KEPT, KEPT)


def test_a_picture_does_not_change_afterwards(registry):
    registry.assign_task("w1", task())
    before = registry.get_worker("w1")
    registry.complete_task("w1", "t1", True)
    assert list(before.active_tasks) == ["t1"]
    with pytest.raises(TypeError):
        before.active_tasks["t2"] = task("t2")


# --- choosing


def test_all_workers_are_a_live_view_for_the_balancer(registry, clock):
    workers = registry.get_all()
    balancer = LoadBalancer(clock=clock, rng=fresh_random(1))
    assert balancer.select_worker(task().requirements, workers) == workers[0]
    registry.assign_task("w1", task(complexity=10))
    assert workers[0].current_load == 10
    assert balancer.select_worker(task().requirements, workers) is None
    registry.register(worker("w2"))
    assert balancer.select_worker(task().requirements, workers) == workers[1]


def test_the_view_cannot_be_changed(registry):
    workers = registry.get_all()
    for change in ("add", "remove", "update", "reserve", "release", "append"):
        assert not hasattr(workers, change)


# --- scaling


class Workshop:
    def __init__(self, registry=None):
        self.asked = []

    def scale(self, wanted, present):
        self.asked.append((wanted, [worker.id for worker in present]))


def test_without_a_provisioner_scaling_says_what_is_missing(registry):
    with pytest.raises(NoProvisionerError, match="provisioner"):
        registry.scale_workers(3)


def test_the_provisioner_is_told_the_number_and_who_is_there(clock):
    workshop = Workshop()
    registry = WorkerRegistry(clock=clock, provisioner=workshop)
    registry.register(worker("w1"))
    registry.register(worker("w2", status="offline"))
    registry.scale_workers(3)
    assert workshop.asked == [(3, ["w1"])]
    with pytest.raises(ValueError, match="wanted"):
        registry.scale_workers(-1)
    with pytest.raises(ValueError, match="wanted"):
        registry.scale_workers(1.5)  # type: ignore[arg-type]


def test_a_provisioner_may_register_from_a_thread_of_its_own_before_it_returns(clock):
    class Starts:
        def scale(self, wanted, present):
            started = threading.Thread(target=owned.register, args=[worker("new")], daemon=True)
            started.start()
            started.join(10)
            assert not started.is_alive()

    owned = WorkerRegistry(clock=clock, provisioner=Starts())
    owned.scale_workers(1)
    assert [each.id for each in owned.get_all()] == ["new"]


def test_while_it_is_steady_nobody_else_changes_it(registry):
    other = threading.Thread(target=registry.assign_task, args=["w1", task()], daemon=True)
    with registry.steady():
        other.start()
        assert info(registry).current_load == 0
        assert registry.assign_task("w1", task("mine")) == "mine"
        assert list(registry.get_worker("w1").active_tasks) == ["mine"]
    other.join()
    assert set(registry.get_worker("w1").active_tasks) == {"mine", "t1"}


def test_many_threads_never_fill_a_worker_beyond_its_capacity(registry):
    taken = []

    def grab(number):
        for turn in range(20):
            try:
                taken.append(registry.assign_task("w1", task(f"{number}-{turn}", 1)))
            except WorkerUnavailableError:
                return

    threads = [threading.Thread(target=grab, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 10
    assert info(registry).current_load == 10
