"""Plans against brute force on small cases, and against placing one by one."""

from copy import deepcopy
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion import LoadBalancer
from apportion.core.planning.by_score import by_score
from apportion.core.planning.plan import plan
from apportion.core.rules import eligible
from apportion.core.scoring import ScoreWeights, score
from apportion.model.context import BalancingContext
from apportion.model.worker import WorkerStatus
from tests import generators as some

NOTHING = BalancingContext()
WEIGHTS = ScoreWeights()

available = {"status": st.sampled_from((WorkerStatus.IDLE, WorkerStatus.BUSY)), "task_types": st.none()}
small_fleets = some.fleets(max_size=3, **available)
one_size = some.plain_tasks(complexity=st.just(2.0), priority=st.just(5))
uneven = some.plain_tasks(complexity=st.sampled_from((1, 2, 3, 5)) | some.sizes, priority=st.just(5))
uneven_fleets = some.fleets(max_size=6, max_capacity=st.integers(1, 8), current_load=st.integers(0, 2), **available)
STRATEGIES = ("adaptive", "capability-based", "least-loaded", "performance-based", "round-robin")


def planned(queue, workers, context=NOTHING):
    return plan(queue, workers, by_score(context, WEIGHTS), context)


def in_order(queue):
    return sorted(queue, key=lambda queued: -queued.requirements.priority)


def carried_out(places, queue, workers):
    """Return the workers after each task has gone where the plan says, or None where one may not."""
    now = {worker.id: worker for worker in workers}
    for queued, place in zip(queue, places, strict=True):
        if place is not None:
            if not eligible(queued.requirements, now[place]):
                return None
            now[place] = now[place].with_load(now[place].current_load + queued.requirements.complexity)
    return now


def worth(places, queue, workers, context=NOTHING):
    """Return the sum of the scores at the moments of placing."""
    now = {worker.id: worker for worker in workers}
    total = 0.0
    for queued, place in zip(queue, places, strict=True):
        if place is not None:
            total += score(queued.requirements, now[place], context, WEIGHTS).total
            now[place] = now[place].with_load(now[place].current_load + queued.requirements.complexity)
    return total


def one_by_one(queue, workers, context=NOTHING):
    """Place each task at the eligible worker of the highest score, and spend its capacity."""
    now = {worker.id: worker for worker in workers}
    places = []
    for queued in queue:
        task = queued.requirements
        able = [worker for worker in now.values() if eligible(task, worker)]
        best = max(able, key=lambda worker: score(task, worker, context, WEIGHTS).total, default=None)
        places.append(best.id if best else None)
        if best:
            now[best.id] = best.with_load(best.current_load + task.complexity)
    return places


def most_that_fit(queue, workers):
    choices = [None, *(worker.id for worker in workers)]
    plans = product(choices, repeat=len(queue))
    return max(
        sum(place is not None for place in places)
        for places in plans
        if carried_out(places, queue, workers) is not None
    )


def most_of_any_sizes(queue, workers):
    """Return the most that fit: every set of tasks that each worker can hold, joined worker by worker."""
    within_reach = {0}
    for worker in workers:
        sets = {0: worker}
        for number, queued in enumerate(queue):
            task = queued.requirements
            sets |= {
                held | 1 << number: now.with_load(now.current_load + task.complexity)
                for held, now in sets.items()
                if eligible(task, now)
            }
        within_reach = {before | held for before in within_reach for held in sets if not before & held}
    return max(held.bit_count() for held in within_reach)


def placed(plan):
    return sum(queued.assigned_worker is not None for queued in plan)


def places_of(plan):
    return [queued.assigned_worker for queued in plan]


@given(some.queues(), some.fleets(), some.contexts)
def test_a_plan_holds_the_same_tasks_higher_priority_first(queue, workers, context):
    found = planned(queue, workers, context)
    assert [(queued.id, queued.requirements) for queued in found] == [
        (queued.id, queued.requirements) for queued in in_order(queue)
    ]


@given(some.queues(), some.fleets(), some.contexts)
def test_a_plan_can_be_carried_out_whole_and_leaves_nothing_out_that_still_fits(queue, workers, context):
    found = planned(queue, workers, context)
    after = carried_out(places_of(found), found, workers)
    assert after is not None
    left_out = [queued.requirements for queued in found if queued.assigned_worker is None]
    assert not any(eligible(task, worker) for task in left_out for worker in after.values())


@given(some.queues(one_size, max_size=5), small_fleets)
def test_of_one_size_as_many_as_fit_are_placed(queue, workers):
    assert placed(planned(queue, workers)) == most_that_fit(queue, workers)


@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=300)
@given(some.queues(uneven, max_size=8), uneven_fleets)
def test_of_a_few_tasks_of_any_sizes_as_many_as_fit_are_placed(strategy, queue, workers):
    balancer = LoadBalancer(rng=Random(1))
    balancer.set_strategy(strategy)
    assert placed(balancer.reorder_queue(queue, workers)) == most_of_any_sizes(queue, workers)


@given(some.queues(some.plain_tasks(priority=st.just(5))), some.fleets())
def test_a_plan_places_no_fewer_and_is_liked_no_less_than_one_by_one(queue, workers):
    found, simple = planned(queue, workers), one_by_one(queue, workers)
    fewest = sum(place is not None for place in simple)
    assert placed(found) >= fewest
    if placed(found) == fewest:
        assert worth(places_of(found), queue, workers) >= worth(simple, queue, workers) - 1e-6


@given(some.queues(some.plain_tasks()), some.fleets())
def test_lower_priorities_change_nothing_for_higher_ones(queue, workers):
    high = [queued for queued in queue if queued.requirements.priority == 3]
    assert planned(queue, workers)[: len(high)] == planned(high, workers)


@given(some.queues(assigned=st.none() | st.sampled_from(some.WORKER_IDS)), some.fleets(), some.contexts)
def test_a_plan_changes_no_argument_and_is_the_same_every_time(queue, workers, context):
    before = deepcopy((queue, workers, context))
    first = planned(queue, workers, context)
    assert (queue, workers, context) == before
    assert planned(queue, workers, context) == first


@given(some.queues(assigned=st.none() | st.sampled_from(some.WORKER_IDS)), some.fleets(), some.contexts)
def test_planning_a_plan_gives_that_plan(queue, workers, context):
    first = planned(queue, workers, context)
    assert planned(first, workers, context) == first


@given(some.queues(some.tasks(affinity_key=st.none(), constraints=st.just(()), avoid=st.just(()))), some.fleets())
def test_nobody_is_away_from_whom_it_would_rather_have_while_that_one_has_room(queue, workers):
    found = planned(queue, workers)
    after = carried_out(places_of(found), found, workers)
    for queued in found:
        task = queued.requirements
        if queued.assigned_worker is not None and queued.assigned_worker not in task.affinity:
            assert not any(eligible(task, after[id]) for id in task.affinity & after.keys())


@given(some.queues(some.tasks(affinity=st.just(()), affinity_key=st.none(), constraints=st.just(()))), some.fleets())
def test_nobody_is_with_one_to_avoid_while_another_has_room(queue, workers):
    found = planned(queue, workers)
    after = carried_out(places_of(found), found, workers)
    for queued in found:
        task = queued.requirements
        if queued.assigned_worker is not None and queued.assigned_worker in task.avoid:
            assert not any(eligible(task, worker) for id, worker in after.items() if id not in task.avoid)


@given(some.tasks(), some.workers(), some.contexts)
def test_the_preference_by_score_is_the_score(task, worker, context):
    table = by_score(context, WEIGHTS)
    workers = [worker]
    now = score(task, worker, context, WEIGHTS).total
    assert abs(table.values(task, workers)[0] - now) < 1e-12
    if worker.free_capacity < task.complexity:
        return
    fuller = worker.with_load(worker.current_load + task.complexity)
    fall = now - score(task, fuller, context, WEIGHTS).total
    assert abs(table.crowding(workers)[0] * task.complexity - fall) < 1e-9
