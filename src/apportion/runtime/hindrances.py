"""What keeps a waiting task from starting, in words."""

from __future__ import annotations

from apportion.model.task_record import Task
from apportion.runtime.books import Books
from apportion.runtime.breaker import Circuit
from apportion.runtime.limits import Gauge


def limited_by(books: Books, task: Task, now: float) -> list[str]:
    """Return which limits by key keep a task waiting, and until when.

    Args:
        books: what the machine remembers.
        task: a task that waits.
        now: steady seconds.
    """
    gauges = books.limits.of(task.task_type, task.tenant, task.limit_keys)
    return [f"limited by {gauge.limit}: {_used(books, gauge, now)}" for gauge in gauges if gauge.left(now) < 1]


def cooled_down(books: Books, task: Task) -> list[str]:
    """Return which workers could take a task that waits, and are given nothing for a while."""
    cooled = [each for each in books.crew.members.values() if each.breaker.circuit is Circuit.OPEN]
    seconds = {each.id: max(0.0, each.breaker.until - books.now.wall) for each in cooled}
    return [
        f"worker {each.id} is cooled down for {seconds[each.id]:.1f} s: {each.breaker.reason}"
        for each in cooled
        if each.could_take(task.requirements)
    ]


def _used(books: Books, gauge: Gauge, now: float) -> str:
    wait = gauge.frees_in(now)
    if wait is not None:
        return f"{gauge.limit.rate:g} a second have started, free again in {wait:.1f} s"
    most = f"{gauge.running} of {gauge.limit.concurrency} run"
    ends = _first_end(books, gauge)
    return f"{most}, free again when one of them ends" + ("" if ends is None else f", expected in {ends:.1f} s")


def _first_end(books: Books, gauge: Gauge) -> float | None:
    """Return the seconds after which the first of those that run is expected to end; None: nothing is known."""
    expected = [
        (holding.task.assigned_at or 0.0) + seconds - books.now.wall
        for holding in books.held.values()
        if gauge in holding.gauges and (seconds := books.durations.expected(holding.task.task_type)) is not None
    ]
    return max(0.0, min(expected)) if expected else None
