"""``apportion plan``: how many workers of which kind reach a target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console, Group, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from apportion.cli.refusal import refuse_any
from apportion.cli.terminal import messages, output, plain, say, show
from apportion.errors import FieldError, UnknownStrategyError, WorldError, did_you_mean
from apportion.simulation.reading.scenario_file import look_at
from apportion.simulation.report.sizing_page import write_plan
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.simulate import strategy_names
from apportion.simulation.sizing.curves import Curve, curves_of
from apportion.simulation.sizing.fleet import Fleet
from apportion.simulation.sizing.search import MOST_WORKERS, Answer, Wanted, find_fleet
from apportion.simulation.sizing.target import FIGURES, read_target
from apportion.simulation.sizing.words import fleet_words, sure_words
from apportion.simulation.table import short

EPILOG = (
    "Figures that can be targets: mean_, p50_, p95_, p99_ and p999_ of wait, flow and slowdown "
    "(like p95_wait), cost, failed and makespan, all with <; and in_slo, with >."
)


def plan(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Traffic, workers and events, a TOML file.")],
    *,
    target: Annotated[
        list[str], typer.Option(metavar="TARGET", help='What to reach, like "p95_wait<30"; repeatable: all of them.')
    ],
    strategy: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")] = "adaptive",
    seeds: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="Seeds on which it must be met.")] = 5,
    price: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=NUMBER", help="What one worker costs; repeatable.", show_default="1 each"),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Workers whose number stays as written; repeatable.")
    ] = None,
    most: Annotated[int, typer.Option(metavar="N", min=1, help="Workers in all, at most.")] = MOST_WORKERS,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts, which needs nothing else.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Find the fleet that meets a target, by simulating fleets.

    The kinds of workers are the worker tables of the scenario; their count is what is
    searched. A fleet meets a target when it does so on every seed. At the end it is tried
    on fresh seeds, which say how sure that is.
    """
    if strategy not in strategy_names():
        raise UnknownStrategyError(strategy, strategy_names())
    targets = [read_target(text) for text in target]
    read, problems = look_at(scenario)
    refuse_any(problems)
    assert read is not None, "a scenario without problems was read"
    fixed = frozenset(_known(read, "keep", id) for id in keep or ())
    wanted = Wanted(targets, list(range(seeds)), strategy, _prices(read, price or ()), fixed, most)
    with _following(read, messages(), quiet=quiet) as follow:
        answer, trials = find_fleet(read, wanted, follow)
        curves = [] if report is None else curves_of(answer, trials, wanted.seeds)
    if as_json:
        output().print_json(data=answer.to_dict())
    else:
        show(output(), plan_view(answer))
    if report is not None:
        _write(answer, curves, report)
    if answer.fleet is None:
        raise typer.Exit(1)


def _write(answer: Answer, curves: Sequence[Sequence[Curve]], path: Path) -> None:
    try:
        write_plan(answer, curves, path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}") from error
    say(messages(), "note", f"the report is in {path}", "cyan")


class _following:  # noqa: N801 -- a context manager that reads as what it does
    """Shows which fleet was tried last, on a terminal."""

    def __init__(self, scenario: Scenario, console: Console, *, quiet: bool) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._ids = [profile.id for profile in scenario.workers]
        self._progress = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
        self._tried = 0

    def __enter__(self) -> Callable[[Fleet, int, bool], None]:
        self._progress.start()
        self._bar = self._progress.add_task("simulating")
        return self._told

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _told(self, fleet: Fleet, seed: int, met: bool) -> None:
        self._tried += 1
        counts = ", ".join(f"{count} x {id}" for id, count in zip(self._ids, fleet, strict=True))
        text = f"simulation {self._tried}: {counts}, seed {seed}: {'met' if met else 'missed'}"
        self._progress.update(self._bar, description=text)


def _prices(scenario: Scenario, given: Iterable[str]) -> dict[str, float]:
    prices: dict[str, float] = {}
    for text in given:
        id, sign, number = text.partition("=")
        try:
            price = float(number)
        except ValueError:
            price = -1.0
        if not sign or not 0 <= price < float("inf"):
            raise FieldError("--price", f"{text!r}: write the id of a worker and a number >= 0, like large=3")
        prices[_known(scenario, "price", id)] = price
    return prices


def _known(scenario: Scenario, option: str, id: str) -> str:
    ids = [profile.id for profile in scenario.workers]
    if id not in ids:
        raise FieldError(
            f"--{option}", f"no [[worker]] has the id {id!r}{did_you_mean(id, ids)}; known: {', '.join(ids)}"
        )
    return id


def plan_view(answer: Answer) -> RenderableType:
    """Return the fleet, why it is not smaller, and how sure that is."""
    parts: list[RenderableType] = [plain(f"{answer.scenario}: {fleet_words(answer)}", "bold")]
    if answer.fleet is not None:
        parts += [Text(), _table(answer), Text()]
    for other in answer.others:
        counts = ", ".join(f"{count} x {id}" for id, count in other.items())
        parts.append(plain(f"also: {counts}"))
    parts.append(plain(sure_words(answer)))
    names = dict.fromkeys(target.name for target in answer.targets)
    parts += [Text.assemble((f"{name}: ", "bold"), FIGURES[name].meaning, style="dim") for name in names]
    return Group(*parts)


def _table(answer: Answer) -> Table:
    assert answer.fleet is not None, "only a fleet has a table"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("workers", no_wrap=True)
    for head in ("as written", "needed", *(f"{target.name}, one less" for target in answer.targets)):
        table.add_column(head, justify="right", no_wrap=True)
    less = {each.worker: each.values for each in answer.neighbours}
    for id, count in answer.fleet.items():
        cells = [short(value) for value in less.get(id, ())] or [""] * len(answer.targets)
        table.add_row(plain(id), str(answer.written[id]), str(count), *cells)
    return table
