"""The page: a table of the strategies, their charts, and what the columns mean."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from apportion.core.strategies import STRATEGIES
from apportion.simulation.comparison import Comparison, Standing
from apportion.simulation.policies import ORACLES
from apportion.simulation.report.frame import drawing, figure, framed
from apportion.simulation.result import SimulationResult
from apportion.simulation.table import COLUMNS, cells, legend

_MOST_WORKERS = 6


def write_report(comparison: Comparison, path: Path) -> None:
    """Write the report of a comparison to a file.

    Raises:
        MissingExtraError: the library that draws is not installed.
        OSError: the file cannot be written.
    """
    path.write_text(report_of(comparison), encoding="utf-8")


def report_of(comparison: Comparison) -> str:
    """Return the report of a comparison as HTML that loads nothing.

    Raises:
        MissingExtraError: the library that draws is not installed.
    """
    title = f"{comparison.scenario}, seed {comparison.seed}"
    parts = [*_table(comparison.standings()), *_charts(comparison), *_meanings()]
    return framed(title, comparison.scenario, _subtitle(comparison), parts)


def _subtitle(comparison: Comparison) -> str:
    first = comparison.results[0]
    figures, bounds = first.figures, first.bounds
    text = f"Seed {comparison.seed}. {figures.tasks} tasks on {len(figures.utilisation)} workers, offered load "
    text += f"{bounds.load:.2f}. No strategy can have a mean flow time below {bounds.flow:.4g} s."
    if figures.unserved:
        text += f" {figures.unserved} tasks were refused: no worker could ever have taken them."
    if comparison.left_out:
        text += f" {comparison.left_out} rows of the trace are of no task type and were left out."
    return text


def _table(standings: list[Standing]) -> Iterator[str]:
    yield "<h2>Strategies, the lowest cost first</h2><div class='wide'><table><thead><tr><th>strategy</th>"
    yield "".join(f"<th title='{escape(column.meaning)}'>{escape(column.name)}</th>" for column in COLUMNS)
    yield "</tr></thead><tbody>"
    for standing in standings:
        name = standing.result.strategy
        kind = "oracle" if name in ORACLES else "own" if name in STRATEGIES else "baseline"
        values = "".join(f"<td>{escape(cell)}</td>" for cell in cells(standing))
        yield f"<tr class='{kind}'><td>{escape(name)}</td>{values}</tr>"
    yield "</tbody></table></div>"


def _charts(comparison: Comparison) -> Iterator[str]:
    with drawing():
        from apportion.simulation.report import charts
    results = [standing.result for standing in comparison.standings()]
    yield "<h2>How long tasks wait</h2>"
    yield figure(charts.tails(results, "waits", "seconds from arrival to the first start"), "Lower and left is better.")
    yield figure(
        charts.tails(results, "slowdowns", "flow time / best service time"), "1: as if alone on the best worker."
    )
    workers = charts.affected(results)
    if workers:
        yield "<h2>How traffic follows what happens</h2>"
    for worker in workers[:_MOST_WORKERS]:
        yield figure(charts.moved(results, worker), f"Tasks given to {worker}; red: {_happened(results[0], worker)}")
    own = [result for result in results if result.strategy in STRATEGIES]
    for result in own:
        drawn = charts.weights(result)
        if drawn is not None:
            yield f"<h2>What {escape(result.strategy)} relied on</h2>{figure(drawn, 'Weights of what it combines.')}"
    yield "<h2>Who was busy when</h2>"
    for result in own or results[:1]:
        yield figure(charts.loads(result), result.strategy)


def _happened(result: SimulationResult, worker: str) -> str:
    found = [reaction for reaction in result.figures.reactions if reaction.worker == worker]
    told = [f"{reaction.change} at {reaction.at:g} s" for reaction in found[:4]]
    return "; ".join(told) + (" …" if len(found) > len(told) else "")


def _meanings() -> Iterator[str]:
    yield "<h2>What the columns mean</h2><dl>"
    for name, meaning in legend():
        yield f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>"
    yield "</dl>"
