"""How a command is started, and why it was not."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from apportion.executors.command_payload import Command
from apportion.executors.lines import one_line
from apportion.ports import Attempt, Outcome

# The machine's lack, not the command's: another worker may well be able to.
_LACKS = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC}


def command_environment(
    attempt: Attempt, command: Command, worker: Mapping[str, str], marks: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of a command. What this package says in it cannot be overridden."""
    own = {
        "APPORTION_WORKER": attempt.worker_id,
        "APPORTION_TASK": attempt.task_id,
        "APPORTION_ATTEMPT": str(attempt.attempt),
    }
    return {**os.environ, **worker, **command.env, **own, **marks}


def spawn(command: Command, folder: Path, environment: Mapping[str, str], output: int) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, with nothing on its standard input.

    Raises:
        OSError, ValueError: it cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 -- to run what it is given is its purpose
        command.words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd=folder / command.cwd,
        env=environment,
        start_new_session=True,
    )


def why_not_started(error: Exception, command: Command, folder: Path) -> Outcome:
    """Return the outcome of a command that could not be started, saying what was not there or not allowed."""
    lack = isinstance(error, OSError) and error.errno in _LACKS
    reason = one_line(_reason(error, command, folder / command.cwd))
    return Outcome(success=False, error=f"cannot be started: {reason}", fault="worker" if lack else None)


def _reason(error: Exception, command: Command, folder: Path) -> str:
    program = command.words[0]
    if isinstance(error, OSError):
        told = error.strerror or str(error)
        if error.errno in _LACKS:
            return told
        if str(error.filename) == str(folder) and program != str(folder):
            return f"the folder {str(folder)!r} (payload.cwd) {_trouble_with(folder, told)}"
        if isinstance(error, FileNotFoundError):
            return _not_found(program, folder)
        if isinstance(error, PermissionError):
            return f"{program!r} may not be executed ({told})"
        if error.errno == errno.E2BIG:
            return f"its arguments and environment are too long ({told})"
        return f"{program!r}: {told}"
    return str(error)


def _trouble_with(folder: Path, told: str) -> str:
    if not folder.exists():
        return "does not exist"
    return f"cannot be entered ({told})" if folder.is_dir() else "is not a folder"


def _not_found(program: str, folder: Path) -> str:
    if os.sep not in program:
        return f"{program!r} was not found on the worker's PATH"
    if (folder / program).exists():
        return f"{program!r} names an interpreter in its first line that does not exist"
    return f"{program!r} does not exist"
