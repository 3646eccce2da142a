"""Problems of tasks that wait, or were not let in."""

from __future__ import annotations

from collections.abc import Iterator

from apportion.service.overview.problems.addresses import task_address, tasks_address
from apportion.service.overview.situation import Situation
from apportion.wire.overview import ActionView, ProblemView

_LONG = 30.0
"""Seconds of waiting from which a growing queue is worth a word."""

_NEARLY = 0.8
_MOST_LINES = 5


def nobody_can_take(situation: Situation) -> Iterator[ProblemView]:
    """Tasks wait for a worker that is not there."""
    if not situation.fleet.view.total:
        return
    for line in situation.stuck[:_MOST_LINES]:
        of_type = {} if line.task_type is None else {"task_type": line.task_type}
        cancel = ActionView(
            "Cancel those waiting",
            "POST",
            "/v1/tasks/cancel",
            {"state": "queued", **of_type},
            f"Cancel every waiting task{_of(line.task_type)}?",
        )
        yield ProblemView(
            "impossible",
            "warning",
            f"{_tasks(line.waiting)}{_of(line.task_type)} can be taken by nobody",
            f"{line.reason}.",
            "Start a worker that has what is lacking, or cancel them.",
            task_address(line.task_id),
            [cancel] if of_type else [],
        )


def growing_queue(situation: Situation) -> Iterator[ProblemView]:
    """More comes in than goes out."""
    levels, rates, oldest = situation.levels, situation.rates, situation.oldest or 0.0
    if len(levels) < 6 or oldest < _LONG or situation.waiting < 10:
        return
    before = levels[0]
    ended = rates.succeeded + rates.failed
    if situation.waiting > 1.2 * before and rates.submitted > ended:
        yield ProblemView(
            "growing",
            "warning",
            f"The queue grows: {situation.waiting:,} wait, {before:,} two minutes ago",
            f"{rates.submitted:.1f} tasks a second come in, {ended:.1f} end; the longest waits for {oldest:.0f} s.",
            "Add workers, or see what they are busy with.",
            "/v1/workers",
            [],
        )


def nearly_full_queue(situation: Situation) -> Iterator[ProblemView]:
    """Soon submits will be refused."""
    if situation.waiting >= _NEARLY * situation.limit and not situation.refused:
        share = situation.waiting / situation.limit
        yield ProblemView(
            "nearly-full",
            "warning",
            f"The queue is {share:.0%} full",
            f"{situation.waiting:,} of {situation.limit:,} tasks wait; above that submits are refused.",
            "Add workers, or raise --max-queued.",
            tasks_address(state="queued"),
            [],
        )


def refused_submits(situation: Situation) -> Iterator[ProblemView]:
    """Clients were told that the queue is full."""
    if situation.refused:
        yield ProblemView(
            "refused",
            "critical",
            f"{situation.refused:,} submits refused within five minutes: the queue is full",
            f"{situation.waiting:,} of {situation.limit:,} tasks wait.",
            "Add workers, cancel what nobody needs any more, or raise --max-queued.",
            tasks_address(state="queued"),
            [],
        )


def failed_for_good(situation: Situation) -> Iterator[ProblemView]:
    """Dead letters lie in the store."""
    if situation.dead:
        retry = ActionView(
            "Retry all", "POST", "/v1/tasks/retry", {"state": "failed"}, f"Queue {_tasks(situation.dead)} again?"
        )
        yield ProblemView(
            "dead-letters",
            "notice",
            f"{_tasks(situation.dead)} failed for good",
            "Their attempts are used up.",
            "See why, and retry them once the cause is mended.",
            tasks_address(state="failed"),
            [retry],
        )


def _tasks(number: int) -> str:
    return "1 task" if number == 1 else f"{number:,} tasks"


def _of(task_type: str | None) -> str:
    return "" if task_type is None else f" of the type {task_type}"
