"""``apportion strategy`` and ``apportion recommendations``: who decides, and advice."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.printing import print_json, print_json_lines
from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.remote.views.deciding import advice_view, strategy_view
from apportion.cli.terminal import output, show


@with_connection
def strategy(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Let this one decide from now on.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    service: Connection,
) -> None:
    """Show which strategy decides, or let another one."""
    with service.client() as client:
        said = client.strategy() if name is None else client.set_strategy(name)
    print_json(said) if as_json else show(output(), strategy_view(said))


@with_connection
def recommendations(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a line each.")] = False,
    service: Connection,
) -> None:
    """Show advice: which workers have too much, and what should move where."""
    with service.client() as client:
        advice = client.recommendations()
    print_json_lines(advice) if as_json else show(output(), advice_view(advice))
