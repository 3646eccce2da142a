"""``apportion workers``, ``drain`` and ``remove``: the fleet."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from apportion.cli.printing import print_json, print_json_lines
from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.remote.views.worker_list import worker_list, worker_view
from apportion.cli.terminal import messages, output, say, show
from apportion.clock import wall_clock

HELD_SHOWN = 50

WorkerIds = Annotated[list[str], typer.Argument(metavar="ID", help="The workers.")]


@with_connection
def workers(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Show this one, and what it holds.")] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: an object for each worker, a line each.")
    ] = False,
    service: Connection,
) -> None:
    """List the workers of a service, or show one."""
    with service.client() as client:
        if id is None:
            found = sorted(client.workers(), key=lambda worker: worker.id)
            if as_json:
                print_json_lines(found)
            else:
                show(output(), worker_list(found))
            return
        worker = client.worker(id)
        if as_json:
            print_json(worker)
            return
        held = list(islice(client.tasks(state="assigned", worker=id, page_size=HELD_SHOWN), HELD_SHOWN))
        show(output(), worker_view(worker, held, wall_clock()))


@with_connection
def drain(ids: WorkerIds, *, service: Connection) -> None:
    """Give workers nothing new; they finish what they hold."""
    with service.client() as client:
        for id in ids:
            client.drain(id)
            say(messages(), "note", f"{id} gets nothing new", "cyan")


@with_connection
def remove(ids: WorkerIds, *, service: Connection) -> None:
    """Let workers go; what they hold is handed back and waits for others.

    A worker that runs elsewhere registers again when it next calls: end it first,
    or use drain.
    """
    with service.client() as client:
        for id in ids:
            client.remove_worker(id)
            say(messages(), "note", f"{id} is gone", "cyan")
