"""The whole queue at once: who gets what, under capacity.

Priorities are planned one after the other, higher first, and what a higher one got a lower one never takes. Within a
priority several drafts are made, and the one that places most, and among those is liked best, is improved:

1. one by one in the order of the queue, each task to the worker that it likes best: no plan may be worse than this;
2. one by one in the order of regret: who would lose most by waiting chooses first;
3. where not all fit and sizes differ, also smaller tasks first, and for few tasks a search.

In each, tasks that found no room get it where others can move over. Preferences of tasks (avoid, affinity, key, labels)
hold as in a single pick; only to place one task more is another moved away from whom it would rather have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from apportion.core.planning.board import Board
from apportion.core.planning.demand import Demand, demands_of
from apportion.core.planning.draft import NOBODY, Draft, replayed, worth
from apportion.core.planning.exchange import exchange
from apportion.core.planning.make_room import make_room
from apportion.core.planning.order import by_regret, smallest_first
from apportion.core.planning.preference import Preference, Vector
from apportion.core.planning.search import search
from apportion.core.rules.custom import CustomRule
from apportion.model.context import BalancingContext
from apportion.model.task import QueuedTask
from apportion.model.worker import WorkerInfo


def plan(
    queue: Iterable[QueuedTask],
    workers: Sequence[WorkerInfo],
    preference: Preference,
    context: BalancingContext,
    rules: Sequence[CustomRule] = (),
) -> list[QueuedTask]:
    """Return the same tasks, higher priority first and else in their order, each with the worker it should go to.

    A worker that a task names already is an earlier plan's, and has no say: the queue is planned afresh, so that
    planning a plan gives that plan. Nothing is booked: capacity is spent on the plan's own account.

    Args:
        queue: what waits.
        workers: the workers as they are now.
        preference: how much the current strategy likes each pair.
        context: affinity rules and load threshold.
        rules: the user's own rules of eligibility.

    Raises:
        StrategyError: the preference did not give one finite number for each worker.
    """
    ordered = sorted(queue, key=lambda queued: -queued.requirements.priority)
    workers = list(workers)
    if not workers:
        return [QueuedTask(queued.id, queued.requirements) for queued in ordered]
    board = Board(workers, preference.crowding(workers))
    demands = demands_of((queued.requirements for queued in ordered), board, preference, context, rules)
    places: list[int] = []
    load = board.load
    for _, alike in groupby(range(len(ordered)), key=lambda task: ordered[task].requirements.priority):
        draft = _plan_priority(board, [demands[task] for task in alike], load)
        places += draft.places
        load = draft.load
    names = [*(worker.id for worker in workers), None]
    return [
        QueuedTask(queued.id, queued.requirements, names[place]) for queued, place in zip(ordered, places, strict=True)
    ]


def _plan_priority(board: Board, demands: Sequence[Demand], load: Vector) -> Draft:
    """Return the plan for the tasks of one priority, given what higher ones have left."""
    empty = Draft(board, demands, load)
    drafts = [_drafted(empty, range(len(demands))), _drafted(empty, by_regret(empty))]
    sizes = {demand.complexity for demand in demands}
    if len(sizes) > 1 and all(NOBODY in draft.places for draft in drafts):
        drafts.append(_drafted(empty, smallest_first(empty)))
        drafts += _searched(max(drafts, key=lambda draft: worth(draft, load)), load)
    best = max(drafts, key=lambda draft: worth(draft, load))
    improved = replayed(best, load)
    exchange(improved)
    # Where sizes differ, the order in which a worker is filled has its own small share in the sum.
    return _settled(max((improved, best), key=lambda draft: worth(draft, load)), load)


def _drafted(empty: Draft, order: Iterable[int]) -> Draft:
    draft = Draft(empty.board, empty.demands, empty.load)
    draft.fill(order)
    make_room(draft)
    return draft


def _searched(best: Draft, load: Vector) -> list[Draft]:
    """Return the draft that a search found to place more, if any."""
    places = search(best, load)
    if places is None:
        return []
    draft = Draft(best.board, best.demands, load)
    draft.places = places
    return [replayed(draft, load)]


def _settled(draft: Draft, load: Vector) -> Draft:
    """Return the draft as it will be carried out: earlier tasks of a shape first, nothing left out that still fits."""
    _first_come(draft)
    settled = replayed(draft, load)
    settled.fill(task for task, place in enumerate(list(settled.places)) if place == NOBODY)
    return replayed(settled, load)


def _first_come(draft: Draft) -> None:
    """Give the places that tasks of one shape have to the first of them, the most liked place first."""
    shapes: dict[int, list[int]] = {}
    for task, demand in enumerate(draft.demands):
        shapes.setdefault(id(demand), []).append(task)
    for tasks in (several for several in shapes.values() if len(several) > 1):
        demand = draft.demands[tasks[0]]
        taken = [draft.places[task] for task in tasks if draft.places[task] != NOBODY]
        if demand.wishes is None:  # else the first has already got whom it would rather have
            liked: list[float] = demand.value.tolist()
            taken.sort(key=lambda place: -liked[place])
        taken += [NOBODY] * (len(tasks) - len(taken))
        for task, place in zip(tasks, taken, strict=True):
            draft.places[task] = place
