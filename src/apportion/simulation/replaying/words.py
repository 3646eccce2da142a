"""A replay in words and cells, wherever it is shown."""

from __future__ import annotations

from apportion.simulation.replaying.answer import Estimate, Replay
from apportion.simulation.replaying.estimate import Interval
from apportion.simulation.table import short

HEADS = ("strategy", "flow s", "change", "wait s", "failed", "agrees", "step s", "little known")
"""The columns of the table of a replay."""

MEANINGS = {
    "flow s": "estimated mean seconds from submit to success, had this strategy decided all the time; 95 % interval",
    "change": "of that against the strategy that decided",
    "wait s": "estimated mean seconds from submit to start",
    "failed": "estimated share of the tasks that fail in the end",
    "agrees": "share of the decisions at which it would have chosen the same worker",
    "step s": "estimated mean seconds from start to success, each decision alone: all others as they were",
    "little known": "share of its choices on workers of which the record knows fewer than 5 outcomes at that type",
}


def cells(estimate: Estimate) -> list[str]:
    """Return the texts of a strategy's row."""
    work = estimate.work
    change = estimate.change
    return [
        estimate.strategy,
        between(estimate.flow),
        "" if change is None else f"{change.value:+.0%} ({change.low:+.0%} … {change.high:+.0%})",
        between(estimate.wait),
        f"{estimate.failed.value:.1%}",
        f"{work.agreement:.0%}",
        between(work.seconds),
        f"{work.thin:.0%}",
    ]


def between(found: Interval) -> str:
    """Return a number and its interval."""
    return f"{_short(found.value)} ({_short(found.low)} … {_short(found.high)})"


def _short(value: float) -> str:
    """Return a number as tables have it; below a millisecond it is as good as nothing."""
    return short(value) if value >= 0.0005 else "0"


def head_words(replay: Replay) -> str:
    """Return what the record holds, in a few sentences."""
    actual = replay.actual
    text = f"{actual.tasks} tasks, {actual.decisions} decisions with an outcome, {actual.workers} workers, "
    text += (
        f"{actual.types} types, {actual.span:.0f} s. {actual.strategy} decided: mean flow time {short(actual.flow)} s, "
    )
    text += f"wait {short(actual.wait)} s, {actual.failed:.1%} failed."
    if replay.check is not None:
        text += f" Asked about that, the model says {between(replay.check)} s of flow time."
    return text


def doubts_of(replay: Replay) -> list[str]:
    """Return all that speaks against believing it, in sentences."""
    own = [f"{each.strategy}: {doubt}" for each in replay.estimates for doubt in each.doubts]
    return [*replay.doubts, *own]
