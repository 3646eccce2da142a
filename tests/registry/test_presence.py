"""Workers come and go, say how they are, and fall silent."""

import pytest

from apportion.errors import (
    DuplicateError,
    UnknownTaskError,
)
from apportion.registry.registry import WorkerRegistry
from apportion.registry.table import FORGOTTEN_AFTER
from tests.registry.looking import everything, info, seen, task, worker


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
