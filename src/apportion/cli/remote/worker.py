"""``apportion worker``: a worker of a service, in this process."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.serve_log import log_to_stderr
from apportion.cli.terminal import messages, say

if TYPE_CHECKING:
    from apportion.worker import Worker

EPILOG = r"""
[bold]Examples[/bold]

apportion worker my_tasks:worker --id builder-1
apportion worker --allow-commands -c python --capacity 4 --type shell

The module holds a worker:

from apportion.worker import Worker
worker = Worker(capabilities={"python"}, max_capacity=4)
@worker.handler("greet")
def greet(task):
    return f"hello {task.payload}"

The first Ctrl-C or SIGTERM lets it finish what it runs, the second ends that.
"""


@with_connection
def worker(
    name: Annotated[str | None, typer.Argument(metavar="MODULE:WORKER", help="A Worker in a module.")] = None,
    *,
    id: Annotated[str | None, typer.Option("--id", metavar="ID", help="What it is called; no two alike.")] = None,
    allow_commands: Annotated[
        bool, typer.Option("--allow-commands", help="Run command lines: whoever may submit tasks may run anything.")
    ] = False,
    capabilities: Annotated[
        list[str] | None, typer.Option("--capability", "-c", metavar="NAME", help="Without a module: it can do this.")
    ] = None,
    capacity: Annotated[
        float | None, typer.Option("--capacity", metavar="N", help="Without a module: so much at once. (1)")
    ] = None,
    task_types: Annotated[
        list[str] | None, typer.Option("--type", "-t", metavar="TYPE", help="Run commands of these types alone.")
    ] = None,
    service: Connection,
) -> None:
    """Work for a service: run the handlers of a module, or command lines.

    It finishes what it holds when the service is away for a while, and comes back.
    """
    from apportion.worker import Worker, find_worker

    if name is None:
        if not allow_commands:
            raise typer.BadParameter("name a module:worker; or --allow-commands for a worker that runs command lines")
        chosen = Worker(capabilities=capabilities or (), max_capacity=1 if capacity is None else capacity)
    else:
        if capabilities or capacity is not None:
            raise typer.BadParameter("--capability and --capacity are what the module says", param_hint=name)
        chosen = find_worker(name)
    _set_up(chosen, id, service)
    if allow_commands:
        chosen.allow_commands()
        chosen.command_handler(*task_types or ())
    elif task_types:
        raise typer.BadParameter("is for --allow-commands", param_hint="--type")
    log_to_stderr("text")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    say(messages(), "note", f"working for {chosen.url}; Ctrl-C lets it finish and leave", "cyan")
    chosen.run()


def _set_up(worker: Worker, id: str | None, service: Connection) -> None:
    """What is said here is more than what the module says."""
    if service.said is not None:
        worker.url = service.said
    if service.token is not None:
        worker.token = service.token
    if id is not None:
        worker.id = id
