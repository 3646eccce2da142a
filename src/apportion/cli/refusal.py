"""How bad input is answered: all that is wrong with it, up to a screenful."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from apportion.cli.exit_codes import ExitCode
from apportion.cli.terminal import messages, say
from apportion.errors import ApportionError

PROBLEMS_SHOWN = 20


def refuse_any(problems: Sequence[ApportionError], so: str = "nothing was started") -> None:
    """Print what is wrong and end the command with the exit code for bad input; do nothing where nothing is wrong.

    Args:
        problems: what is wrong.
        so: what that means.

    Raises:
        typer.Exit: something is wrong.
    """
    if not problems:
        return
    console = messages()
    for problem in problems[:PROBLEMS_SHOWN]:
        say(console, "error", problem, "bold red")
    hidden = len(problems) - PROBLEMS_SHOWN
    if hidden > 0:
        console.print(f"and {hidden} more problems")
    console.print(so)
    raise typer.Exit(ExitCode.BAD_INPUT)
