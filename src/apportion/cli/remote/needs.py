"""What a task needs of a worker: the flags that submitting and explaining share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from apportion.cli.gathering import gathering, option
from apportion.cli.remote.json_flags import object_of

Needs = dict[str, Any]
"""Requirements, by the names that the API has; what was not said is left out."""

_OPTIONS = (
    option(
        "capabilities",
        Annotated[
            list[str] | None,
            typer.Option("--capability", "-c", metavar="NAME", help="What the worker must be able to do; repeatable."),
        ],
    ),
    option(
        "complexity",
        Annotated[float | None, typer.Option("--complexity", metavar="N", help="Units of capacity that it takes. (1)")],
    ),
    option(
        "priority",
        Annotated[float | None, typer.Option("--priority", metavar="N", help="Higher goes first. (5)")],
    ),
    option(
        "requirements",
        Annotated[
            str | None,
            typer.Option(
                "--requirements", metavar="JSON", help="Whatever else it needs, such as constraints: a JSON object."
            ),
        ],
    ),
)


def _needs(requirements: str | None, **given: Any) -> Needs:
    whole = {} if requirements is None else object_of("--requirements", requirements)
    return {**whole, **{name: value for name, value in given.items() if value not in (None, [])}}


with_needs = gathering("needs", _OPTIONS, _needs)
"""Gives a command the flags, and hands it `Needs` as ``needs``."""
