"""Why this worker, or why none: the verdict, who may take it and who may not, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from apportion.cli.durations import precise
from apportion.cli.tables import dense_table
from apportion.cli.terminal import plain

if TYPE_CHECKING:
    from apportion.wire.deciding import Explained

WORKERS_SHOWN = 20


def explained(given: Explained | Mapping[str, Any]) -> RenderableType:
    """Return an explanation, as the API gives it."""
    said: Mapping[str, Any] = given if isinstance(given, Mapping) else msgspec.to_builtins(given)
    parts: list[RenderableType] = [_verdict(said)]
    if said["ranking"]:
        parts += [Text(), _ranking(said)]
    hidden = said["ranked"] - WORKERS_SHOWN
    if hidden > 0:
        parts.append(Text(f"and {hidden} more workers", style="dim"))
    if any(said["votes"].values()):
        parts += [Text(), _votes(said)]
    parts += [plain(f"nearest: {each}", "yellow") for each in said["suggestions"]]
    return Group(*parts)


def decision_words(decision: Mapping[str, Any] | None) -> str:
    """Return who decided, as a part of a sentence; nothing where nobody knows."""
    if not decision or "strategy" not in decision:
        return ""
    return f" (chosen by {decision['strategy']} among {decision.get('workers', 'the')} workers)"


def _verdict(said: Mapping[str, Any]) -> Text:
    if said["worker"] is not None:
        chosen = Text.assemble("it would go to ", plain(said["worker"]["id"], "bold green"))
        return chosen.append(f", chosen by {said['strategy']} among {said['weighed']}")
    if said["outcome"] == "impossible":
        return Text("no worker that is there could ever take it", style="bold red")
    if said["outcome"] == "full":
        return Text("it would wait: whoever could take it is full", style="yellow")
    return Text(f"{said['strategy']} would choose nobody, though somebody could take it", style="yellow")


def _ranking(said: Mapping[str, Any]) -> Table:
    table = dense_table()
    table.add_column("worker", no_wrap=True, overflow="ellipsis", max_width=20)
    table.add_column("may take it", overflow="fold", max_width=34)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("usually", justify="right", no_wrap=True)
    table.add_column("succeeds", justify="right", no_wrap=True)
    for entry in said["ranking"][:WORKERS_SHOWN]:
        worker = entry["worker"]
        belief = said["beliefs"].get(worker["id"], {})
        known = belief.get("outcomes", 0) > 0
        reasons = "; ".join(each["detail"] or each["code"] for each in entry["rejections"])
        table.add_row(
            plain(worker["id"]),
            Text("yes", style="green") if entry["eligible"] else plain(f"no: {reasons}", "dim"),
            f"{entry['score']:.2f}",
            precise(belief["typical_duration"]) if known and belief["typical_duration"] is not None else "",
            f"{belief['success']:.0%}" if known else "",
        )
    return table


def _votes(said: Mapping[str, Any]) -> Text:
    line = Text("votes: ", style="dim")
    votes = [
        Text.assemble(plain(name), f" ({said['weights'][name]:.2f}) " if name in said["weights"] else " ", plain(whom))
        for name, whom in said["votes"].items()
        if whom is not None
    ]
    return line.append_text(Text(", ").join(votes))
