"""Where the command ``apportion`` begins."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version

from apportion.errors import MissingExtraError

# As `apportion.cli.exit_codes` has it; this module needs to know nothing of the others.
INTERRUPTED = 130


def main() -> None:
    """Run the command line; without the libraries that it is made of, say how to install them."""
    open_what_is_closed()
    try:
        from apportion.cli.app import run_command_line  # takes a moment, in which somebody may lose patience
    except ModuleNotFoundError as absent:
        if (absent.name or "").partition(".")[0] not in {"rich", "typer"}:
            raise
        if sys.argv[1:] == ["--version"]:
            sys.stdout.write(f"apportion {version('apportion')}\n")
            sys.exit(0)
        sys.stderr.write(f"{MissingExtraError('the command line', 'cli')}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(run_command_line())


def open_what_is_closed() -> None:
    """Open those of the three standard streams that are closed: to nowhere.

    Otherwise the next file that is opened becomes one, and what is printed is written into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            stream = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115 -- stays open
            setattr(sys, name, stream)


if __name__ == "__main__":
    main()
