"""Which tasks are meant: the filters that listing, cancelling and retrying share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from apportion.cli.gathering import gathering, option
from apportion.model.lifecycle import TaskState

Filters = dict[str, Any]
"""What was said, by the names that the API has; what was not said is left out."""

_OPTIONS = (
    option(
        "state",
        Annotated[
            str | None,
            typer.Option("--state", "-s", metavar="STATE", help=f"Only these: {', '.join(TaskState)}."),
        ],
    ),
    option("task_type", Annotated[str | None, typer.Option("--type", "-t", metavar="TYPE", help="Only of this type.")]),
    option("tenant", Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only of this tenant.")]),
    option("worker", Annotated[str | None, typer.Option("--worker", "-w", metavar="ID", help="Only of this worker.")]),
)


def _said(**filters: str | None) -> Filters:
    state = filters["state"]
    if state is not None and state not in set(TaskState):
        raise typer.BadParameter(f"must be one of {', '.join(TaskState)}, not {state!r}", param_hint="--state")
    return {name: value for name, value in filters.items() if value is not None}


with_filters = gathering("filters", _OPTIONS, _said)
"""Gives a command the filters, and hands it `Filters` as ``filters``."""


def in_words(filters: Filters) -> str:
    """Return the filters as people read them: ``tasks that are failed, of type 'lint'``."""
    words = {
        "state": "that are {}",
        "task_type": "of type {!r}",
        "tenant": "of tenant {!r}",
        "worker": "of worker {!r}",
    }
    said = [words[name].format(value) for name, value in filters.items()]
    return "tasks " + ", ".join(said) if said else "all tasks"
