"""``apportion tasks``: a list of tasks, or one with its story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.printing import print_json, print_json_lines
from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.remote.ends import print_ends
from apportion.cli.remote.filters import Filters, with_filters
from apportion.cli.remote.pages import history_of, newest_tasks
from apportion.cli.remote.views.task import task_view
from apportion.cli.remote.views.task_list import task_list
from apportion.cli.terminal import output, show
from apportion.clock import wall_clock

if TYPE_CHECKING:
    from apportion.client import Client

LIMIT = 20

EPILOG = r"""
[bold]Examples[/bold]

apportion tasks --state failed
apportion tasks --type lint --worker gpu-1 --all --json
apportion tasks 0192f0c1-…
apportion tasks 0192f0c1-… --wait

[bold]Exit codes[/bold]

0    shown; with --wait: all succeeded
1    with --wait: a task failed or was cancelled
2    there is no such task
5    no service answers at that address
124  with --within: not all had ended by then; they go on
"""


@with_connection
@with_filters
def tasks(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Show these, each with its story.")] = None,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Until these have ended; then show them.")] = False,
    within: Annotated[float | None, typer.Option("--within", metavar="SECONDS", help="Wait so long at most.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="List so many.")] = LIMIT,
    everything: Annotated[bool, typer.Option("--all", "-a", help="List all of them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: an object for each task, a line each.")] = False,
    filters: Filters,
    service: Connection,
) -> None:
    """List the tasks of a service, the newest first; or show some, each with its story."""
    wait = wait or within is not None
    if ids and filters:
        raise typer.BadParameter(f"{', '.join(filters)}: for lists; a task that is named is shown whatever it is")
    if wait and not ids:
        raise typer.BadParameter("name the tasks to wait for", param_hint="--wait")
    with service.client() as client:
        if ids and wait:
            client.get(ids[0])  # says at once where there is no service, or no such task
            raise typer.Exit(print_ends(service, ids, within, as_json=as_json))
        if ids:
            _show(client, ids, as_json=as_json)
        else:
            _list(client, filters, None if everything else limit, as_json=as_json)


def _show(client: Client, ids: list[str], *, as_json: bool) -> None:
    if as_json and len(ids) == 1:
        print_json(client.get(ids[0]))
    elif as_json:
        print_json_lines(client.get(id) for id in ids)
    else:
        for place, id in enumerate(ids):
            task = client.get(id)
            why = client.explain_task(id) if task.state in {"queued", "assigned"} else None
            if place:
                output().print()
            show(output(), task_view(task, history_of(client, id), why, wall_clock()))


def _list(client: Client, filters: Filters, limit: int | None, *, as_json: bool) -> None:
    if as_json:
        print_json_lines(newest_tasks(client, filters, limit, brief=False))
        return
    first = list(newest_tasks(client, filters, None if limit is None else limit + 1, brief=True))
    more = None if limit is None or len(first) <= limit else f"there are more: --limit {10 * limit}, or --all"
    show(output(), task_list(first[:limit], wall_clock(), more))
