"""Advice on moving work, carried out step by step."""

from copy import deepcopy
from statistics import pvariance

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.rebalance.migration import suggest_migration
from apportion.core.rebalance.overload import detect_overload
from apportion.core.rules import eligible
from apportion.model.context import BalancingContext
from apportion.model.worker import WorkerStatus
from tests import generators as some

holders = st.none() | st.sampled_from(some.WORKER_IDS)


@st.composite
def situations(draw, requirements=None):
    """Return workers and a queue, where a worker's load includes what the queue says it holds."""
    workers = draw(some.fleets())
    queue = draw(some.queues(requirements, max_size=12, assigned=holders))
    held = {worker.id: 0.0 for worker in workers}
    for queued in queue:
        if queued.assigned_worker in held:
            held[queued.assigned_worker] += queued.requirements.complexity
    return [worker.with_load(worker.current_load / 4 + held[worker.id]) for worker in workers], queue


def variance(workers):
    online = [worker.utilization for worker in workers.values() if worker.status is not WorkerStatus.OFFLINE]
    return pvariance(online)


@given(situations(), some.contexts)
def test_every_move_is_allowed_when_it_comes_and_lowers_the_variance(situation, context):
    workers, queue = situation
    now = {worker.id: worker for worker in workers}
    tasks = {queued.id: queued for queued in queue}
    for move in suggest_migration(workers, queue, context):
        if move.task_id is None:
            continue
        queued = tasks.pop(move.task_id)  # each task at most once
        assert queued.assigned_worker == move.from_worker
        before = variance(now)
        assert eligible(queued.requirements, now[move.to_worker])
        for id, change in ((move.from_worker, -1), (move.to_worker, 1)):
            now[id] = now[id].with_load(now[id].current_load + change * queued.requirements.complexity)
        assert now[move.to_worker].utilization <= context.load_threshold
        assert variance(now) < before


@given(situations(), some.contexts)
def test_whole_workers_are_named_only_where_no_task_is_assigned(situation, context):
    workers, queue = situation
    whole = [move for move in suggest_migration(workers, queue, context) if move.task_id is None]
    if any(queued.assigned_worker is not None for queued in queue):
        assert whole == []
    at = {worker.id: worker for worker in workers}
    for move in whole:
        assert at[move.from_worker].utilization > at[move.to_worker].utilization
        assert at[move.to_worker].status in {WorkerStatus.IDLE, WorkerStatus.BUSY}


@given(situations(), some.contexts)
def test_advice_changes_nothing_and_is_the_same_every_time(situation, context):
    workers, queue = situation
    before = deepcopy((workers, queue, context))
    moves, overload = suggest_migration(workers, queue, context), detect_overload(workers, context.load_threshold)
    assert (workers, queue, context) == before
    assert suggest_migration(workers, queue, context) == moves
    assert detect_overload(workers, context.load_threshold) == overload


@given(some.fleets(), st.sampled_from((0.5, 0.8, 1.0)))
def test_overload_is_told_of_exactly_those_that_have_too_much(workers, threshold):
    found = detect_overload(workers, threshold)
    at = {worker.id: worker for worker in workers}
    needy = {
        worker.id
        for worker in workers
        if worker.status is not WorkerStatus.OFFLINE
        and (worker.status is WorkerStatus.OVERLOADED or worker.utilization > threshold)
    }
    assert {each.from_worker for each in found} == needy
    assert len(found) == len(needy)
    severity = [at[each.from_worker].utilization for each in found]
    assert severity == sorted(severity, reverse=True)
    for each in found:
        source = at[each.from_worker]
        assert each.priority == min(10, round(10 * source.utilization))
        assert source.id in each.reason
        assert f"{source.utilization:.0%}" in each.reason
        assert "overloaded" in each.reason
        helpers = [
            worker
            for worker in workers
            if worker.status in {WorkerStatus.IDLE, WorkerStatus.BUSY}
            and worker.utilization < threshold
            and (not source.capabilities or source.capabilities & worker.capabilities)
        ]
        assert (each.to_worker is None) == (not helpers)
        assert each.to_worker is None or at[each.to_worker] in helpers


def gains(workers, tasks, threshold):
    """Return by how much each allowed move from a busier-than-average worker would lower the variance."""
    online = [worker.utilization for worker in workers.values() if worker.status is not WorkerStatus.OFFLINE]
    if not online:
        return
    before, mean = variance(workers), sum(online) / len(online)
    for queued in tasks.values():
        source, size = workers[queued.assigned_worker], queued.requirements.complexity
        for target in workers.values():
            fuller = target.with_load(target.current_load + size)
            if (
                source.status is not WorkerStatus.OFFLINE
                and source.utilization > max(mean, target.utilization + 0.05)
                and eligible(queued.requirements, target)
                and fuller.utilization <= threshold
            ):
                lighter = source.with_load(source.current_load - size)
                yield before - variance({**workers, source.id: lighter, target.id: fuller})


@given(situations(some.plain_tasks(constraints=st.just(()))))
def test_every_move_is_the_best_that_is_left_and_none_is_left_at_the_end(situation):
    workers, queue = situation
    now = {worker.id: worker for worker in workers}
    left = {queued.id: queued for queued in queue if queued.assigned_worker in now}
    for move in suggest_migration(workers, queue, BalancingContext()):
        if move.task_id is None:
            return
        best = max(gains(now, left, 0.8))
        before, size = variance(now), left.pop(move.task_id).requirements.complexity
        for id, change in ((move.from_worker, -size), (move.to_worker, size)):
            now[id] = now[id].with_load(now[id].current_load + change)
        assert abs(before - variance(now) - best) < 1e-9
    assert max(gains(now, left, 0.8), default=0.0) < 2e-9
