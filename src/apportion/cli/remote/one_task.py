"""One task as a command line describes it: its payload, and what else is said of it besides type and needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from apportion.cli.gathering import gathering, option
from apportion.cli.remote.json_flags import json_of

Said = dict[str, Any]
"""What flags say, by the names that the API has, and ``cwd``; what was not said is left out."""


_OPTIONS = (
    option("payload", Annotated[str | None, typer.Option("--payload", "-p", metavar="JSON", help="Its payload.")]),
    option("cwd", Annotated[str | None, typer.Option("--cwd", metavar="DIR", help="Where its command runs. (here)")]),
    option("id", Annotated[str | None, typer.Option("--id", metavar="ID", help="Its id. (made)")]),
    option("tenant", Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Whose it is. (default)")]),
    option(
        "idempotency_key",
        Annotated[
            str | None, typer.Option("--key", metavar="KEY", help="Submitted again with this key, it is the same task.")
        ],
    ),
    option(
        "timeout",
        Annotated[float | None, typer.Option("--timeout", metavar="SECONDS", help="For one attempt. (none)")],
    ),
    option(
        "max_attempts",
        Annotated[int | None, typer.Option("--max-attempts", metavar="N", help="Failed attempts that end it. (3)")],
    ),
    option(
        "delay",
        Annotated[float | None, typer.Option("--delay", metavar="SECONDS", help="It does not start before. (0)")],
    ),
)


def _said(**given: Any) -> Said:
    return {name: value for name, value in given.items() if value is not None}


with_one_task = gathering("said", _OPTIONS, _said)
"""Gives a command the flags, and hands it `Said` as ``said``."""


def task_of(task_type: str, words: Sequence[str], said: Said, needs: dict[str, Any]) -> dict[str, Any]:
    """Return the task, as `Client.submit_many` takes it.

    Raises:
        typer.BadParameter: it has a command and a payload, or the payload is no JSON.
    """
    options = {name: value for name, value in said.items() if name not in {"payload", "cwd"}}
    task = {"task_type": task_type, "requirements": needs, **options}
    if words:
        if "payload" in said:
            raise typer.BadParameter("a command is a payload already; give one of them", param_hint="--payload")
        return {**task, "payload": {"command": list(words), "cwd": str(Path(said.get("cwd", ".")).absolute())}}
    if "cwd" in said:
        raise typer.BadParameter("is for commands, which stand behind --", param_hint="--cwd")
    return {**task, "payload": json_of("--payload", said["payload"]) if "payload" in said else None}
