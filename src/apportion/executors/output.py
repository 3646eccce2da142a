"""Where the output of a command goes: a log file, or nowhere but its last lines."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from apportion.clock import wall_clock
from apportion.executors.lines import last_line, one_line
from apportion.executors.log_name import log_name
from apportion.ports import Attempt

TAIL = 4096  # bytes that are looked at for the last line
_CHUNK = 1 << 16


class Output(Protocol):
    """Takes what one attempt prints."""

    def descriptor(self) -> int:
        """Return the file descriptor that the command is given as its standard output and error."""
        ...

    def handed_over(self) -> None:
        """Let go of the descriptor: the command has its own now, or could not be started."""
        ...

    def finish(self, *, wanted: bool) -> str:
        """Let go of everything; return the last line that was printed, if it is wanted and there is one."""
        ...


class LoggedOutput:
    """Appends to the task's log file, behind a line that says which attempt follows.

    The command writes to the file by itself: nothing is pumped through this process.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, folder: Path, attempt: Attempt, words: tuple[str, ...]) -> None:
        self._path = folder / log_name(attempt.task_id)
        self._descriptor = self._open(folder)
        try:
            begin = os.lseek(self._descriptor, 0, os.SEEK_END)
            self._begin = begin + os.write(self._descriptor, _header(attempt, words, at_the_top=begin == 0))
        except OSError:
            os.close(self._descriptor)
            raise

    def _open(self, folder: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            return os.open(self._path, flags, 0o666)
        except FileNotFoundError:
            folder.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, flags, 0o666)

    def descriptor(self) -> int:
        """Return the log file's descriptor."""
        return self._descriptor

    def handed_over(self) -> None:
        """Close it: many commands run at once, and descriptors are few."""
        os.close(self._descriptor)

    def finish(self, *, wanted: bool) -> str:
        """Return the last line of this attempt."""
        if not wanted:
            return ""
        with contextlib.suppress(OSError), self._path.open("rb") as log:
            log.seek(max(self._begin, log.seek(0, os.SEEK_END) - TAIL))
            return last_line(log.read(TAIL))
        return ""


class DiscardedOutput:
    """Throws the output away as it comes, and remembers its end."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
        os.set_blocking(self._read, False)
        self._tail = b""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._read, self._take)

    def descriptor(self) -> int:
        """Return the writing end of a pipe."""
        return self._write

    def handed_over(self) -> None:
        """Close the writing end."""
        os.close(self._write)

    def finish(self, *, wanted: bool) -> str:
        """Return the last line."""
        # Bounded: a process that got away may still be writing.
        for _ in range(64):
            if not self._take():
                break
        self._loop.remove_reader(self._read)
        os.close(self._read)
        return last_line(self._tail) if wanted else ""

    def _take(self) -> bool:
        chunk = b""
        with contextlib.suppress(BlockingIOError):
            chunk = os.read(self._read, _CHUNK)
            if not chunk:
                self._loop.remove_reader(self._read)
        self._tail = (self._tail + chunk)[-TAIL:]
        return bool(chunk)


def _header(attempt: Attempt, words: tuple[str, ...], *, at_the_top: bool) -> bytes:
    when = datetime.fromtimestamp(wall_clock(), UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    command = one_line(shlex.join(words), 1000)
    worker = one_line(attempt.worker_id)
    line = f"=== attempt {attempt.attempt} on {worker} at {when} UTC: {command}\n"
    return (line if at_the_top else "\n" + line).encode("utf-8", "replace")
