"""Costs are written before they are read, and looking at them in between changes nothing."""

from typing import Any

from apportion.clock import fresh_random
from apportion.core.learning.evidence import Outcome
from apportion.core.learning.learner import Learner
from apportion.core.learning.state import learner_state
from apportion.core.pool.pool import WorkerPool
from apportion.model.worker import WorkerInfo

WORKERS = [WorkerInfo(id, (), 4) for id in ("a", "b", "c")]


def costs_after(outcomes: int, *, looked_at: bool) -> list[float]:
    """Return what the workers cost after outcomes that came in a row, without a choice between them."""
    learner, pool, luck = Learner(), WorkerPool(WORKERS), fresh_random(7)
    learner.costs("t", pool, drawn=True)
    for number in range(outcomes):
        outcome = Outcome(number % 5 > 0, luck.uniform(0.5, 2.0))
        learner.heard("abc"[number % 3], "t", outcome, float(number), luck)
        if looked_at:
            learner.costs_of(WORKERS, "t")
    column = learner.costs("t", pool, drawn=True)
    return [column.scalar[pool.seat(worker.id) or 0] for worker in WORKERS]


def test_who_looks_at_costs_between_outcomes_and_a_choice_changes_none():
    assert costs_after(20, looked_at=True) == costs_after(20, looked_at=False)


def test_what_is_shown_between_outcomes_and_a_choice_is_what_the_choice_reads():
    learner, pool, luck = Learner(), WorkerPool(WORKERS), fresh_random(7)
    learner.costs("t", pool, drawn=True)
    before = learner.costs_of(WORKERS, "t")
    learner.heard("a", "t", Outcome(True, 3.0), 1.0, luck)
    shown = [cost.drawn for cost in learner.costs_of(WORKERS, "t")]
    column = learner.costs("t", pool, drawn=True)
    assert shown == [column.scalar[pool.seat(worker.id) or 0] for worker in WORKERS]
    assert shown[0] != before[0].drawn


def test_a_plan_that_may_explore_is_not_wary_of_the_untried():
    """Else tasks wait for a few workers that are known, and who is better is never found out."""
    learner, pool, luck = Learner(), WorkerPool(WORKERS), fresh_random(7)
    learner.costs("t", pool, drawn=True)
    learner.heard("a", "t", Outcome(True, 3.0), 1.0, luck)
    tried, untried, _ = learner.costs_of(WORKERS, "t")
    assert learner.planned(WORKERS, "t", explore=False)[:2] == [tried.settled, untried.settled]
    may = learner.planned(WORKERS, "t", explore=True)
    assert may[0] == tried.settled
    assert may[1] == learner.belief("b", "t").log_cost < untried.settled


def state_after_an_outcome(*, read: bool) -> dict[str, Any]:
    learner, pool = Learner(), WorkerPool(WORKERS)
    learner.costs("t", pool, drawn=True)
    learner.heard("a", "t", Outcome(True, 3.0), 1.0, fresh_random(7))
    if read:
        learner.costs("t", pool, drawn=True)
    return learner_state(learner)


def test_what_is_saved_is_whole_though_nobody_has_read_it():
    assert state_after_an_outcome(read=False) == state_after_an_outcome(read=True)
