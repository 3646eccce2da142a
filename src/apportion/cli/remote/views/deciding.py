"""Who decides, and advice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from apportion.cli.tables import dense_table
from apportion.cli.terminal import plain
from apportion.wire.deciding import Applied, Recommendation

if TYPE_CHECKING:
    from apportion.wire.deciding import StrategyView

BAR = 20


def strategy_view(said: StrategyView) -> RenderableType:
    """Return who decides, who else could, and how the adaptive strategy weighs the others."""
    table = dense_table()
    table.add_column("strategy", no_wrap=True, overflow="ellipsis", max_width=28)
    table.add_column("decides", no_wrap=True)
    table.add_column("weight", no_wrap=True, justify="right")
    table.add_column("", no_wrap=True)
    for name in said.available:
        weight = said.weights.get(name)
        table.add_row(
            plain(name, "bold" if name == said.name else ""),
            Text("yes", style="green") if name == said.name else "",
            "" if weight is None else f"{weight:.2f}",
            "" if weight is None else Text("■" * max(1, round(weight * BAR)), style="cyan"),
        )
    shadows = [
        plain(f"shadow {each.name}: {each.verdict}, differs in {each.disagreement:.0%}") for each in said.shadows
    ]
    return Group(table, *shadows)


def advice_view(advice: Sequence[Recommendation]) -> RenderableType:
    """Return advice, the most urgent first, and what became of it where it was carried out."""
    if not advice:
        return Text("nothing to recommend", style="dim")
    return Group(*map(_piece, sorted(advice, key=lambda each: -each.priority)))


def _piece(each: Recommendation) -> Text:
    where = "scale up" if each.to_worker is None else f"to {each.to_worker}"
    what = f"task {each.task_id}, " if each.task_id is not None else ""
    move = f"{what}from {each.from_worker} {where}"
    text = Text.assemble((f"{each.priority:>2}  ", "bold yellow"), plain(move, "bold"), "\n    ", plain(each.reason))
    if isinstance(each, Applied):
        text.append_text(Text("\n    done", "green") if each.applied else plain(f": not done, {each.why}", "yellow"))
    return text
