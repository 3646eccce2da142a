"""``apportion audit``: what administrators did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from apportion.cli.access.store_of import access_to, known_store, with_store
from apportion.cli.printing import print_json_lines
from apportion.cli.tables import dense_table
from apportion.cli.terminal import output, plain, show


@with_store
def audit(
    *,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="The last N lines. (100)", show_default=False)] = 100,
    json: Annotated[bool, typer.Option("--json", help="A JSON document a line.")] = False,
    store: str,
) -> None:
    """List what administrators did: when, with which token, from where, to what, and how it ended.

    Each act is written down before it is done, so one without an outcome was cut short. Nothing
    in the log is ever changed or removed.
    """
    with access_to(known_store(store)) as book:
        acts = book.acts(limit)
    if json:
        print_json_lines(acts)
        return
    table = dense_table()
    for head in ("WHEN", "TOKEN", "FROM", "WHAT", "TO", "OUTCOME"):
        table.add_column(head, no_wrap=head != "TO", overflow="fold")
    for act in acts:
        when = datetime.fromtimestamp(act.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        outcome = "unknown" if act.outcome is None else str(act.outcome)
        table.add_row(*map(plain, (when, act.token or "-", act.address, act.name, act.target, outcome)))
    show(output(), table)
