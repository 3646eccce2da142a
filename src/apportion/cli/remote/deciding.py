"""``apportion strategy`` and ``apportion recommendations``: who decides, and advice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.printing import print_json, print_json_lines
from apportion.cli.remote.confirming import confirm
from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.remote.views.deciding import advice_view, strategy_view
from apportion.cli.terminal import output, show

if TYPE_CHECKING:
    from apportion.wire.deciding import Recommendation


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
    carry_out: Annotated[
        bool, typer.Option("--apply", help="Carry it out: tasks that have not started are moved, and no others.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a line each.")] = False,
    service: Connection,
) -> None:
    """Show advice: which workers have too much, and what should move where; or carry it out."""
    with service.client() as client:
        advice: Sequence[Recommendation] = client.recommendations()
        if carry_out and advice:
            confirm(f"carry out what can be carried out of {len(advice)} recommendations?", yes=yes)
            advice = client.apply_recommendations()
    if as_json:
        print_json_lines(advice)
    else:
        show(output(), advice_view(advice))
