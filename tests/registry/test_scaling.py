"""Who starts and stops workers, and what others may do meanwhile."""

import threading

import pytest

from apportion.errors import (
    NoProvisionerError,
    WorkerUnavailableError,
)
from apportion.registry.registry import WorkerRegistry
from tests.registry.looking import info, task, worker


class Workshop:
    def __init__(self, registry=None):
        self.asked = []

    def scale(self, wanted, present):
        self.asked.append((wanted, [worker.id for worker in present]))


def test_without_a_provisioner_scaling_says_what_is_missing(registry):
    with pytest.raises(NoProvisionerError, match="provisioner"):
        registry.scale_workers(3)


def test_a_provisioner_that_cannot_scale_is_refused_at_once():
    with pytest.raises(TypeError, match="provisioner: must have a method scale"):
        WorkerRegistry(provisioner=lambda wanted, present: None)  # type: ignore[arg-type]


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
