"""Near before far, but never nobody while somebody could."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.clock import VirtualClock, fresh_random
from apportion.core.regional import RegionalLoadBalancer
from apportion.core.rules import eligible
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import generators as some


def worker(id, region, latency=None, **fields):
    return WorkerInfo(
        **{"id": id, "capabilities": ["python"], "max_capacity": 10, "region": region, "latency": latency, **fields}
    )


def chosen(workers, preferred="eu", **needs):
    balancer = RegionalLoadBalancer(clock=VirtualClock(1000.0), rng=fresh_random(1))
    found = balancer.select_worker_by_region(TaskRequirements(**needs), workers, preferred)
    return found and found.id


def test_the_preferred_region_comes_first_however_far_it_is():
    assert chosen([worker("near", "us", 0.001), worker("far", "eu", 0.3)]) == "far"


def test_where_nobody_there_may_take_it_the_nearest_region_does():
    fleet = [worker("full", "eu", 0.1, current_load=10), worker("far", "ap", 0.4), worker("near", "us", 0.2)]
    assert chosen(fleet) == "near"


def test_and_so_on_outward():
    fleet = [worker("far", "ap", 0.4, capabilities=["gpu"]), worker("near", "us", 0.2), worker("home", "eu", 0.1)]
    assert chosen(fleet, capabilities=["gpu"]) == "far"


def test_a_region_is_as_near_as_its_nearest_worker_even_if_that_one_is_full():
    fleet = [
        worker("full", "us", 0.1, current_load=10),
        worker("behind", "us", 0.9),
        worker("middle", "ap", 0.5),
    ]
    assert chosen(fleet) == "behind"


def test_unknown_latency_and_no_region_come_last():
    fleet = [worker("nowhere", None), worker("unknown", "sa"), worker("known", "us", 5.0)]
    assert chosen(fleet) == "known"
    assert chosen(fleet[:2]) == "unknown"
    assert chosen(fleet[:1]) == "nowhere"


def test_nobody_anywhere_is_none():
    assert chosen([worker("a", "eu", status="offline"), worker("b", "us", current_load=10)]) is None
    assert chosen([]) is None


@pytest.mark.parametrize("region", ["", None, 3])
def test_a_region_that_is_no_name_is_refused(region):
    with pytest.raises((ValueError, TypeError), match="preferred_region"):
        chosen([], region)


regions = st.sampled_from((None, "eu", "us", "ap"))
latencies = st.none() | st.sampled_from((0.0, 0.1, 0.2))


@given(some.tasks(), some.fleets(region=regions, latency=latencies))
def test_no_nearer_region_has_anybody_and_none_means_nobody_has(task, workers):
    balancer = RegionalLoadBalancer(clock=VirtualClock(1000.0), rng=fresh_random(1))
    found = balancer.select_worker_by_region(task, workers, "eu")
    able = [worker for worker in workers if eligible(task, worker)]
    assert (found is None) == (not able)
    if found is None or found.region == "eu":
        return
    known = {
        region: [w.latency for w in workers if w.region == region and w.latency is not None]
        for region in regions_of(workers)
    }
    nearest = {region: min(of, default=float("inf")) for region, of in known.items()}
    assert all(each.region != "eu" and nearest[each.region] >= nearest[found.region] for each in able)


def regions_of(workers):
    return {worker.region for worker in workers}
