"""``apportion replay``: what recorded decisions would have led to under other strategies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from apportion.cli.terminal import messages, output, plain, say, show
from apportion.core.strategies import STRATEGIES
from apportion.errors import UnknownStrategyError, WorldError
from apportion.simulation.replaying.answer import Replay
from apportion.simulation.replaying.record import read_record
from apportion.simulation.replaying.replay import ReplayOptions, replay
from apportion.simulation.replaying.words import HEADS, MEANINGS, cells, doubts_of, head_words
from apportion.simulation.report.replay_page import write_replay
from apportion.simulation.scenario.settings import PLACINGS


def replay_decisions(
    decisions: Annotated[
        Path, typer.Argument(metavar="DECISIONS", help="What apportion decisions export wrote, a JSON object a line.")
    ],
    *,
    strategy: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Whom to ask; repeatable.", show_default="all")
    ] = None,
    resamples: Annotated[
        int, typer.Option(metavar="N", min=2, max=1000, help="Simulations of each strategy; more: surer intervals.")
    ] = 20,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of everything random.")] = 0,
    placing: Annotated[
        str, typer.Option(metavar="HOW", help="select: one by one, fast. plan: by the real machine.")
    ] = "select",
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts, which needs nothing else.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Estimate what recorded decisions would have led to under other strategies.

    It is an estimate, shown with an interval, and with what speaks against believing it:
    durations and failures are modelled from the recorded outcomes, and the same tasks are
    played at the same times against that model.
    """
    names = strategy or list(STRATEGIES)
    for name in names:
        if name not in STRATEGIES:
            raise UnknownStrategyError(name, STRATEGIES)
    if placing not in PLACINGS:
        raise typer.BadParameter(f"must be one of {', '.join(PLACINGS)}", param_hint="--placing")
    record = read_record(decisions)
    with _Following(messages(), quiet=quiet) as follow:
        found = replay(record, ReplayOptions(names, resamples, seed, placing), follow)
    if as_json:
        output().print_json(data=found.to_dict())
    else:
        show(output(), replay_view(found))
    if report is not None:
        try:
            write_replay(found, report)
        except OSError as error:
            raise WorldError(f"{report} cannot be written: {error.strerror}") from error
        say(messages(), "note", f"the report is in {report}", "cyan")


class _Following:
    """Shows how far a replay is, on a terminal."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._progress.start()
        self._bar = self._progress.add_task("reading")
        return self._told

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _told(self, what: str, done: int, of: int) -> None:
        self._progress.update(self._bar, description=what, completed=done, total=of)


def replay_view(found: Replay) -> RenderableType:
    """Return the table of a replay, the lowest flow time first, and what to think of it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column(HEADS[0], no_wrap=True)
    for head in HEADS[1:]:
        table.add_column(head, justify="right", no_wrap=True)
    for each in sorted(found.estimates, key=lambda each: each.flow.value):
        table.add_row(*map(plain, cells(each)))
    doubts = [Text.assemble(("doubt: ", "yellow"), plain(doubt)) for doubt in doubts_of(found)]
    meanings = [Text.assemble((f"{name}: ", "bold"), meaning, style="dim") for name, meaning in MEANINGS.items()]
    return Group(plain(head_words(found)), Text(), table, Text(), *doubts, *meanings)
