"""The page of a plan: the fleet, how sure that is, and what more or fewer workers would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from apportion.simulation.report.frame import drawing, figure, framed, table
from apportion.simulation.sizing.curves import Curve
from apportion.simulation.sizing.search import Answer
from apportion.simulation.sizing.target import FIGURES
from apportion.simulation.sizing.words import fleet_words, sure_words
from apportion.simulation.table import short


def write_plan(answer: Answer, curves: Sequence[Sequence[Curve]], path: Path) -> None:
    """Write the report of a plan to a file.

    Raises:
        MissingExtraError: the library that draws is not installed.
        OSError: the file cannot be written.
    """
    path.write_text(plan_page(answer, curves), encoding="utf-8")


def plan_page(answer: Answer, curves: Sequence[Sequence[Curve]]) -> str:
    """Return the report of a plan as HTML that loads nothing.

    Raises:
        MissingExtraError: the library that draws is not installed.
    """
    goal = " and ".join(map(str, answer.targets))
    return framed(
        f"{answer.scenario}: {goal}",
        f"{answer.scenario}: workers for {goal}",
        f"{fleet_words(answer)} {sure_words(answer)}",
        [*_fleet(answer), *_pictures(curves), *_seeds(answer), *_meanings(answer)],
    )


def _fleet(answer: Answer) -> Iterator[str]:
    if answer.fleet is None:
        return
    yield "<h2>The fleet</h2>"
    heads = ["workers", "as written", "answer", "with one less"]
    less = {each.worker: each for each in answer.neighbours}
    rows: list[list[str]] = []
    for worker, count in answer.fleet.items():
        other = less.get(worker)
        values = (
            ""
            if other is None
            else ", ".join(
                f"{target.name} {short(value)}" for target, value in zip(answer.targets, other.values, strict=True)
            )
        )
        rows.append([worker, str(answer.written[worker]), str(count), values])
    yield from table(heads, rows)
    if answer.others:
        yield "<h2>Other fleets that do</h2>"
        yield from table(
            ["", *answer.fleet],
            [[str(place), *map(str, other.values())] for place, other in enumerate(answer.others, 2)],
        )


def _pictures(curves: Sequence[Sequence[Curve]]) -> Iterator[str]:
    if not curves:
        return
    with drawing():
        from apportion.simulation.report.sizing_charts import by_count
    yield "<h2>One kind more or less</h2>"
    for target in curves:
        yield figure(by_count(target), "Dots: single seeds. Lines: their median. Ringed: the answer.")


def _seeds(answer: Answer) -> Iterator[str]:
    yield "<h2>Seed by seed</h2>"
    heads = ["seed", *(target.name for target in answer.targets), "met"]
    for title, trials in (("Searched with", answer.trials), ("Fresh", answer.fresh)):
        if trials:
            yield f"<p>{title}</p>"
            rows = [[str(trial.seed), *map(short, trial.values), "yes" if trial.met else "no"] for trial in trials]
            yield from table(heads, rows)


def _meanings(answer: Answer) -> Iterator[str]:
    yield "<h2>What the figures mean</h2>"
    names = dict.fromkeys(target.name for target in answer.targets)
    yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(FIGURES[name].meaning)}</dd>" for name in names) + "</dl>"
