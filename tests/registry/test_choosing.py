"""A balancer chooses by the live view, and from many threads."""

from apportion.clock import fresh_random
from apportion.core.balancer import LoadBalancer
from tests.registry.looking import task, worker


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
