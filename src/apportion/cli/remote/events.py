"""``apportion events``: what happens, as it happens."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from apportion.cli.printing import print_json_lines
from apportion.cli.remote.connection import WHILE_IT_IS_AWAY, Connection, with_connection
from apportion.cli.remote.views.event import event_line
from apportion.cli.terminal import messages, output, say


@with_connection
def events(
    *,
    after: Annotated[
        str | None, typer.Option("--after", metavar="ID", help="Begin behind this event; --json shows their ids.")
    ] = None,
    task: Annotated[str | None, typer.Option("--task", metavar="ID", help="Only of this task.")] = None,
    worker: Annotated[str | None, typer.Option("--worker", "-w", metavar="ID", help="Only of this worker.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", "-k", metavar="KIND", help="Only these; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line: id, kind, data.")] = False,
    service: Connection,
) -> None:
    """Follow what happens, until Ctrl-C. Restarts of the service are put up with.

    Kinds: task-queued, task-assigned, task-requeued, task-succeeded, task-failed,
    task-cancelled, worker-registered, worker-draining, worker-rested, worker-gone,
    store-troubled, strategy-failed; reset says that some were missed.
    """
    wanted = {name: value for name, value in (("task_id", task), ("worker_id", worker)) if value is not None}
    with service.client(WHILE_IT_IS_AWAY) as client, client.events(after) as stream, suppress(KeyboardInterrupt):
        say(messages(), "note", f"following {service.url}; Ctrl-C ends that", "cyan")
        for event in stream:
            about = all(event.data.get(name) == value for name, value in wanted.items())
            if event.kind != "reset" and not (about and (not kind or event.kind in kind)):
                continue
            if as_json:
                print_json_lines([event])
            else:
                output().print(event_line(event.kind, event.data))
