"""The columns by which strategies are compared, wherever a table of them is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite

from apportion.simulation.comparison import Standing


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: its head.
        meaning: what it says, with its unit.
        cell: the text of a strategy's cell.
    """

    name: str
    meaning: str
    cell: Callable[[Standing], str]


COLUMNS: tuple[Column, ...] = (
    Column(
        "cost",
        "mean seconds from arrival to success; a task that was given up counts as 30 mean best service times",
        lambda standing: short(standing.result.figures.cost),
    ),
    Column(
        "regret",
        "cost / the lowest cost of any strategy but the oracles, in hindsight",
        lambda standing: f"{standing.regret:.3f}",
    ),
    Column(
        "oracle",
        "cost / that of the greedy oracle, which knows true speeds and failure rates and never waits; it is no bound",
        lambda standing: "" if standing.oracle_ratio is None else f"{standing.oracle_ratio:.3f}",
    ),
    Column(
        "wait",
        "mean seconds from arrival to the first start",
        lambda standing: short(standing.result.figures.wait.mean),
    ),
    Column("wait p99", "99th percentile of the same", lambda standing: short(standing.result.figures.wait.p99)),
    Column(
        "slowdown",
        "median of flow time / service time on the best idle worker",
        lambda standing: short(standing.result.figures.slowdown.p50),
    ),
    Column("slowdown p99", "99th percentile of the same", lambda standing: short(standing.result.figures.slowdown.p99)),
    Column(
        "in SLO", "share of the tasks that succeeded in time", lambda standing: f"{standing.result.figures.in_slo:.1%}"
    ),
    Column(
        "failed",
        "tasks that were given up; those that fail by their own fault are not counted",
        lambda standing: str(standing.result.figures.failed),
    ),
    Column("attempts", "how often a worker was given a task", lambda standing: str(standing.result.figures.attempts)),
    Column(
        "fairness",
        "Jain's index of the workers' utilisations: 1 is even, which on unequal workers is no virtue",
        lambda standing: f"{standing.result.figures.jain:.2f}",
    ),
    Column(
        "makespan",
        "seconds from the first arrival to the last end",
        lambda standing: short(standing.result.figures.makespan),
    ),
    Column(
        "decisions/s",
        "tasks placed a second of wall time, all of the simulation included",
        lambda standing: f"{standing.result.figures.decisions_per_second:,.0f}",
    ),
)


def cells(standing: Standing) -> list[str]:
    """Return the texts of a strategy's row."""
    return [column.cell(standing) for column in COLUMNS]


def legend() -> Iterator[tuple[str, str]]:
    """Yield each column and what it means."""
    return ((column.name, column.meaning) for column in COLUMNS)


def short(value: float) -> str:
    """Return a number with three or four digits that matter."""
    if not isfinite(value):
        return ""
    if value == 0:
        return "0"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
