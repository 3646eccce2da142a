"""Where the command ``apportion`` begins."""

from __future__ import annotations

import sys

from apportion.errors import MissingExtraError

# As `apportion.cli.exit_codes` has it; this module needs to know nothing of the others.
INTERRUPTED = 130


def main() -> None:
    """Run the command line; without the libraries that it is made of, say how to install them."""
    try:
        from apportion.cli.app import run_command_line  # takes a moment, in which somebody may lose patience
    except ModuleNotFoundError as absent:
        if (absent.name or "").partition(".")[0] not in {"rich", "typer"}:
            raise
        sys.stderr.write(f"{MissingExtraError('the command line', 'cli')}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(run_command_line())


if __name__ == "__main__":
    main()
