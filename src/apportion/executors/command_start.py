"""How a command is started, and why it was not."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from apportion.executors.command_payload import Command
from apportion.executors.lines import one_line
from apportion.ports import Attempt, Outcome

# The machine's lack, not the command's: another worker may well be able to.
_LACKS = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC}


def encoded(environment: Mapping[str, str]) -> dict[bytes, bytes]:
    """Return an environment as the kernel takes it; done once for many commands, as it costs a fifth of a start.

    Raises:
        ValueError: something in it cannot be written in the file system's encoding.
    """
    return {os.fsencode(name): os.fsencode(value) for name, value in environment.items()}


def about(attempt: Attempt) -> dict[bytes, bytes]:
    """Return what an attempt is told about itself in its environment."""
    return {
        b"APPORTION_WORKER": _passable(attempt.worker_id),
        b"APPORTION_TASK": _passable(attempt.task_id),
        b"APPORTION_ATTEMPT": str(attempt.attempt).encode(),
    }


def entries_of(environment: Mapping[bytes, bytes]) -> frozenset[bytes]:
    """Return ``NAME=value`` each."""
    return frozenset(b"%b=%b" % pair for pair in environment.items())


def _passable(id: str) -> bytes:
    """Return an id as an environment can hold it, whatever odd characters somebody has put into it."""
    return id.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "surrogatepass")


def spawn(command: Command, folder: str, environment: Mapping[bytes, bytes], output: int) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, with nothing on its standard input.

    Raises:
        OSError, ValueError: it cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 -- to run what it is given is its purpose
        command.words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd=folder,
        env=cast("Any", environment),  # bytes are right wherever POSIX is; the stubs think of Windows, too
        start_new_session=True,
    )


def why_not_started(error: Exception, command: Command, folder: str) -> Outcome:
    """Return the outcome of a command that could not be started, saying what was not there or not allowed."""
    number = error.errno if isinstance(error, OSError) else None
    lack = number in _LACKS
    reason = one_line(_reason(error, command, Path(folder)))
    # What is too long for this machine is so at the next attempt too.
    never = number == errno.E2BIG
    fault = "worker" if lack else "task" if never else None
    return Outcome(success=False, error=f"cannot be started: {reason}", retry=not never, fault=fault)


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
