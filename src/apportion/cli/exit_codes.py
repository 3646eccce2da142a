"""What the command's exit code says."""

from __future__ import annotations

from enum import IntEnum

from apportion.errors import ApportionError, StoreHeldError, WorldError


class ExitCode(IntEnum):
    """The exit codes; each is promised in ``--help``."""

    DONE = 0
    TASK_FAILED = 1
    BAD_INPUT = 2
    STORE_HELD = 3
    STORAGE_FAILED = 4
    BUG = 70
    INTERRUPTED = 130


def exit_code_of(error: ApportionError) -> ExitCode:
    """Return the exit code for an error that ended a command, by whose doing it was."""
    if isinstance(error, StoreHeldError):
        return ExitCode.STORE_HELD
    if isinstance(error, WorldError):
        return ExitCode.STORAGE_FAILED
    return ExitCode.BAD_INPUT
