"""Asks whether that is meant; where nobody can be asked, it has to be said beforehand."""

from __future__ import annotations

import sys

import typer

from apportion.cli.exit_codes import ExitCode
from apportion.cli.terminal import harmless


def confirm(question: str, *, yes: bool) -> None:
    """Go on only where somebody says so.

    Args:
        question: what would be done.
        yes: it was said beforehand.

    Raises:
        typer.BadParameter: nobody is there to be asked.
        typer.Exit: it is not meant.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{question} nobody is there to confirm it; say --yes", param_hint="--yes")
    if not typer.confirm(harmless(question), err=True):
        raise typer.Exit(ExitCode.BAD_INPUT)
