"""``apportion cancel`` and ``apportion retry``: tasks by their ids, or all that filters mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.exit_codes import ExitCode
from apportion.cli.remote.confirming import confirm
from apportion.cli.remote.connection import Connection, with_connection
from apportion.cli.remote.filters import Filters, in_words, with_filters
from apportion.cli.terminal import messages, say
from apportion.errors import TaskConflictError

if TYPE_CHECKING:
    from apportion.client import TaskView

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="These tasks.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Whatever there is.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]

EPILOG = r"""
[bold]Exit codes[/bold]

0  done
1  a task that was named is in no state that allows this; the others were changed
2  there is no such task; or nobody confirmed what filters mean
5  no service answers at that address
"""


@with_connection
@with_filters
def cancel(
    ids: Ids = None, *, everything: All = False, yes: Yes = False, filters: Filters, service: Connection
) -> None:
    """Cancel tasks that have not ended: some by their ids, or all that filters mean.

    What runs is told to end.
    """
    with service.client() as client:
        if ids:
            raise typer.Exit(_each(ids, filters, client.cancel, "cancelled"))
        _confirm(f"cancel {in_words(filters)} that have not ended?", filters, everything=everything, yes=yes)
        say(messages(), "note", f"{client.cancel_all(**filters)} tasks were cancelled", "cyan")


@with_connection
@with_filters
def retry(ids: Ids = None, *, everything: All = False, yes: Yes = False, filters: Filters, service: Connection) -> None:
    """Queue failed or cancelled tasks again: some by their ids, or all that filters mean.

    Each gets all its attempts anew.
    """
    with service.client() as client:
        if ids:
            raise typer.Exit(_each(ids, filters, client.retry, "queued again"))
        _confirm(f"retry {in_words(filters)} that failed or were cancelled?", filters, everything=everything, yes=yes)
        say(messages(), "note", f"{client.retry_all(**filters)} tasks are queued again", "cyan")


def _each(ids: Sequence[str], filters: Filters, change: Callable[[str], TaskView], done: str) -> ExitCode:
    if filters:
        raise typer.BadParameter(f"{', '.join(filters)}: give ids or filters, not both")
    code = ExitCode.DONE
    for id in ids:
        try:
            change(id)
        except TaskConflictError as conflict:
            say(messages(), "error", conflict, "bold red")
            code = ExitCode.TASK_FAILED
        else:
            say(messages(), "note", f"{id} is {done}", "cyan")
    return code


def _confirm(question: str, filters: Filters, *, everything: bool, yes: bool) -> None:
    """Go on only where it is said which tasks are meant, and that they are."""
    if not filters and not everything:
        raise typer.BadParameter("name tasks by their ids, or by filters such as --type; --all means all of them")
    confirm(question, yes=yes)
