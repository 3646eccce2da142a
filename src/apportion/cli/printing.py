"""Answers on standard output: JSON for programs, one document or a line for each thing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console

from apportion.cli.terminal import output


def print_json(value: object) -> None:
    """Print one document."""
    _write(json.dumps(_plain(value), indent=2))


def print_json_lines(values: Iterable[object]) -> None:
    """Print a document a line, each as soon as it is there."""
    console = output()
    for value in values:
        _write(json.dumps(_plain(value)), console)


def _write(text: str, console: Console | None = None) -> None:
    # Not by way of a table's layout, which would break lines; and in ASCII, which no terminal obeys.
    file = (console or output()).file
    file.write(f"{text}\n")
    file.flush()


def _plain(value: object) -> Any:
    import msgspec

    return msgspec.to_builtins(value)
