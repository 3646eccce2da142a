"""What the command's exit code says."""

from __future__ import annotations

from enum import IntEnum

from apportion.errors import (
    ApportionError,
    NotAllowedError,
    ResultTimeoutError,
    ServiceUnavailableError,
    StoreHeldError,
    WorldError,
)


class ExitCode(IntEnum):
    """The exit codes; each is promised in ``--help``."""

    DONE = 0
    TASK_FAILED = 1
    BAD_INPUT = 2
    STORE_HELD = 3
    STORAGE_FAILED = 4
    NO_ANSWER = 5
    BUG = 70
    TIMED_OUT = 124
    INTERRUPTED = 130


def exit_code_of(error: ApportionError) -> ExitCode:
    """Return the exit code for an error that ended a command, by whose doing it was."""
    if isinstance(error, StoreHeldError):
        return ExitCode.STORE_HELD
    if isinstance(error, ServiceUnavailableError):
        return ExitCode.NO_ANSWER
    if isinstance(error, ResultTimeoutError):
        return ExitCode.TIMED_OUT
    if isinstance(error, WorldError):
        return ExitCode.STORAGE_FAILED
    return ExitCode.BAD_INPUT


def remedy_of(error: ApportionError) -> str | None:
    """Return what the user of a command can do about an error that does not say so itself, or None."""
    if isinstance(error, ServiceUnavailableError) and "ConnectError" in str(error) and "SSL" not in str(error):
        return (
            "is a service running there? apportion up FLEET starts one with local workers, apportion serve one "
            "without; --url or APPORTION_URL names another"
        )
    if isinstance(error, NotAllowedError):
        return "on the command line a token is given by --token, or better in APPORTION_TOKEN"
    return None
