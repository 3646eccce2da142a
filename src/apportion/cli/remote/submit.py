"""``apportion submit``: one task from flags, or many from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apportion.cli.printing import print_json_lines
from apportion.cli.refusal import refuse_any
from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.remote.ends import print_ends
from apportion.cli.remote.needs import Needs, with_needs
from apportion.cli.remote.one_task import Said, task_of, with_one_task
from apportion.cli.remote.task_lines import read_task_lines
from apportion.cli.terminal import messages, output, plain, say

if TYPE_CHECKING:
    from apportion.client import Client

EPILOG = r"""
[bold]Examples[/bold]

apportion submit tasks.jsonl
generate | apportion submit - --wait
apportion submit --type shell --wait -- sh -c 'echo hello'
apportion submit --type lint --payload '{"file": "app.ts"}' -c typescript

A file holds a JSON object a line, as for [bold]apportion run[/bold]: task_type; if wanted
payload, requirements, id, timeout, max_attempts, delay, … A payload that is
a command runs in its cwd, relative to the folder of the file.

[bold]Exit codes[/bold]

0    submitted; with --wait: all succeeded
1    with --wait: a task failed or was cancelled
2    bad input; nothing was submitted
4    the queue is full, or the service failed
5    no service answers at that address
124  with --within: not all had ended by then; they go on
"""


@with_connection
@with_one_task
@with_needs
def submit(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE | -- COMMAND", help="Tasks, an object a line; or with --type, a command."),
    ] = None,
    *,
    task_type: Annotated[
        str | None, typer.Option("--type", "-t", metavar="TYPE", help="One task, of this type.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until all have ended; then show them.")] = False,
    within: Annotated[float | None, typer.Option("--within", metavar="SECONDS", help="Wait so long at most.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
    needs: Needs,
    said: Said,
    service: Connection,
) -> None:
    """Submit tasks to a service, and print their ids.

    When the ids are printed, the tasks are on the service's disk.
    """
    if task_type is not None:
        tasks = [task_of(task_type, words or (), said, needs)]
    else:
        tasks = _from_file(words or (), [*said, *needs])
    with service.client() as client:
        ids = _submitted(client, tasks)
        if wait or within is not None:
            raise typer.Exit(print_ends(service, ids, within, as_json=as_json))
        _print_ids(ids, as_json=as_json)
        if len(ids) == 1 and not as_json:
            _warn_if_impossible(client, ids[0])


def _from_file(words: Sequence[str], flags: Sequence[str]) -> list[dict[str, Any]]:
    if len(words) != 1:
        problem = "a command needs --type before it" if words else "name a file of tasks, or - for standard input"
        raise typer.BadParameter(f"{problem}; for one task: --type TYPE -- COMMAND, or --type TYPE --payload JSON")
    if flags:
        names = ", ".join(sorted(flags))
        raise typer.BadParameter(f"{names}: for one task, with --type; in a file, each line says its own")
    tasks, problems = read_task_lines(words[0])
    if not tasks and not problems.found:
        problems.add(None, "holds no task")
    refuse_any(problems.found, "nothing was submitted")
    return tasks


def _submitted(client: Client, tasks: Sequence[dict[str, Any]]) -> list[str]:
    if len(tasks) == 1:
        return [client.run(client.calls.submit_one(tasks[0]))]
    return client.run(client.calls.submit_list(tasks))


def _print_ids(ids: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json_lines({"id": id} for id in ids)
        return
    for id in ids:
        output().print(plain(id))
    if len(ids) > 1:
        say(messages(), "note", f"{len(ids)} tasks submitted; apportion tasks shows them", "cyan")


def _warn_if_impossible(client: Client, id: str) -> None:
    why = client.explain_task(id)
    if why.now is not None and why.now["outcome"] == "impossible":
        say(
            messages(),
            "warning",
            f"no worker that is there could ever take it; it waits for one: apportion explain {id}",
            "yellow",
        )
