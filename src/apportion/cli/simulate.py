"""``apportion simulate``: which strategy suits this fleet and this traffic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from apportion.cli.refusal import refuse_any
from apportion.cli.terminal import messages, output, plain, say
from apportion.core.strategies import STRATEGIES
from apportion.errors import UnknownStrategyError, WorldError
from apportion.simulation.comparison import Comparison, with_baselines
from apportion.simulation.policies import ORACLES
from apportion.simulation.reading.scenario_file import look_at
from apportion.simulation.report.page import write_report
from apportion.simulation.result import SimulationResult
from apportion.simulation.scenario.settings import PLACINGS
from apportion.simulation.simulate import Stage, play, stage_of, strategy_names
from apportion.simulation.table import COLUMNS, cells, legend


def simulate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Traffic, workers and events, a TOML file.")],
    *,
    strategy: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Whom to compare with the baselines; repeatable.", show_default="all"),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of everything random.")] = 0,
    only: Annotated[bool, typer.Option("--only", help="Leave the baselines out.")] = False,
    placing: Annotated[
        str | None,
        typer.Option(
            metavar="HOW", help="select: one by one, fast. plan: by the real machine.", show_default="as written"
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts, which needs nothing else.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Play traffic against strategies, in virtual time, and compare them.

    The decisions are those of the real core, which sees only what it would see in production. Everything is a function
    of scenario, strategy and seed. Every comparison includes simple rules and two oracles that know true speeds.
    """
    names = strategy or list(STRATEGIES)
    for name in names:
        if name not in strategy_names():
            raise UnknownStrategyError(name, strategy_names())
    read, problems = look_at(scenario)
    refuse_any(problems)
    assert read is not None, "a scenario without problems was read"
    chosen = names if only else with_baselines(names)
    if placing is not None and placing not in PLACINGS:
        raise typer.BadParameter(f"must be one of {', '.join(PLACINGS)}", param_hint="--placing")
    stage = stage_of(read, seed)
    comparison = _compare(stage.placed(placing) if placing else stage, chosen, messages(), quiet=quiet)
    if as_json:
        output().print_json(data=comparison.to_dict())
    else:
        output().print(comparison_view(comparison))
    if report is not None:
        _write(comparison, report)


def _compare(stage: Stage, names: list[str], console: Console, *, quiet: bool) -> Comparison:
    title = stage.scenario.name
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        bar = progress.add_task(title, total=len(names))
        results: list[SimulationResult] = []
        for name in names:
            progress.update(bar, description=f"{title}: {name}")
            results.append(play(stage, name))
            progress.advance(bar)
    return Comparison(title, stage.seed, stage.traffic.left_out, tuple(results))


def _write(comparison: Comparison, path: Path) -> None:
    try:
        write_report(comparison, path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}") from error
    say(messages(), "note", f"the report is in {path}", "cyan")


def comparison_view(comparison: Comparison) -> RenderableType:
    """Return the table of a comparison, the lowest cost first, and what its columns mean."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("strategy", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column.name, justify="right", no_wrap=True)
    for standing in comparison.standings():
        name = standing.result.strategy
        style = "dim" if name in ORACLES else "bold" if name in STRATEGIES else ""
        table.add_row(
            plain(name, style), *(Text(cell, style="dim" if name in ORACLES else "") for cell in cells(standing))
        )
    first = comparison.results[0]
    head = f"{comparison.scenario}: {first.figures.tasks} tasks on {len(first.figures.utilisation)} workers, "
    head += f"seed {comparison.seed}, offered load {first.bounds.load:.2f}; "
    lines = [head + f"no strategy can have a mean flow time below {first.bounds.flow:.4g} s"]
    if first.figures.unserved:
        lines.append(f"{first.figures.unserved} tasks were refused: no worker could ever have taken them")
    if comparison.left_out:
        lines.append(f"{comparison.left_out} rows of the trace are of no task type and were left out")
    meanings = [Text.assemble((f"{name}: ", "bold"), meaning, style="dim") for name, meaning in legend()]
    return Group(*map(plain, lines), Text(), table, Text(), *meanings)
