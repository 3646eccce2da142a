"""Flags whose value is JSON."""

from __future__ import annotations

from typing import Any

import typer

from apportion.batch import strict_json


def json_of(flag: str, text: str) -> Any:
    """Return what a flag says in JSON.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return strict_json.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"must be JSON: {error}", param_hint=flag) from None


def object_of(flag: str, text: str) -> dict[str, Any]:
    """Return the JSON object that a flag says.

    Raises:
        typer.BadParameter: it is none.
    """
    value = json_of(flag, text)
    if not strict_json.is_object(value):
        raise typer.BadParameter('must be an object such as {"priority": 8}', param_hint=flag)
    return value
