"""``apportion explain``: why a task is where it is, or where one would go that is not submitted."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.printing import print_json
from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.remote.needs import Needs, with_needs
from apportion.cli.remote.pages import history_of
from apportion.cli.remote.views.explanation import explained
from apportion.cli.remote.views.task import task_view
from apportion.cli.terminal import output, show
from apportion.clock import wall_clock

EPILOG = r"""
[bold]Examples[/bold]

apportion explain 0192f0c1-…
apportion explain --type lint -c typescript --complexity 3
"""


@with_connection
@with_needs
def explain(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Why this task is where it is.")] = None,
    *,
    task_type: Annotated[
        str | None, typer.Option("--type", "-t", metavar="TYPE", help="For a task of this type.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with everything that is known.")] = False,
    needs: Needs,
    service: Connection,
) -> None:
    """Say why a task is where it is; or, by flags, where such a task would go.

    Nothing is submitted.
    """
    if id is not None and (needs or task_type):
        raise typer.BadParameter("name a task, or describe one by flags, not both")
    with service.client() as client:
        if id is not None:
            why = client.explain_task(id)
            if as_json:
                print_json(why)
            else:
                show(output(), task_view(client.get(id), history_of(client, id), why, wall_clock()))
            return
        said = client.explain(task_type, **needs)
        if as_json:
            print_json(said)
        else:
            show(output(), explained(said))
