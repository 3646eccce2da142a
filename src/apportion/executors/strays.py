"""What a dead run left working: found by its mark, ended, and told."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import psutil

from apportion import validation
from apportion.clock import wall_clock
from apportion.executors.guardian import RUN
from apportion.executors.guardian_process import Found, kill_all
from apportion.executors.lines import one_line

# Two: what a run forked in the moment of its death shows its mark a moment later.
_QUIET_LOOKS = 2
# About ten seconds, for processes that take long to die.
_MOST_LOOKS = 200


@dataclass(frozen=True, slots=True)
class Stray:
    """A process that a dead run left behind.

    Attributes:
        pid: its id.
        command: its command line.
        task_id: the task that it worked for, or None where it does not say.
        attempt: which attempt of the task.
        seconds: how long it had been running.
    """

    pid: int
    command: str
    task_id: str | None
    attempt: str | None
    seconds: float

    def __str__(self) -> str:
        task = f"task {self.task_id!r}, attempt {self.attempt}, " if self.task_id else ""
        return f"process {self.pid} ({task}running for {self.seconds:.0f} s): {self.command}"


def kill_strays(run_id: str) -> list[Stray]:
    """End whatever a dead run left working, wait until it has ended, and return what it was.

    The guardian does this by itself; this is for when it was killed as well. To be called while no run by that id can
    be alive: while this process holds the store that remembers it. It takes a look at every process of the machine,
    some hundredths of a second. Processes of other runs, this one and its ancestors are left alone.
    """
    strays: list[Stray] = []
    mark = f"{RUN}={validation.text('run_id', run_id)}".encode()
    kill_all(mark, _QUIET_LOOKS, _MOST_LOOKS, tell=lambda found: strays.append(_describe(found)))
    return strays


def _describe(found: Found) -> Stray:
    pairs = [entry.decode("utf-8", "replace").partition("=") for entry in found.entries]
    entries = {name: value for name, _, value in pairs}
    command, began = "(ended)", wall_clock()
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(found.pid)
        command = one_line(" ".join(process.cmdline()) or process.name())
        began = process.create_time()
    return Stray(
        pid=found.pid,
        command=command,
        task_id=entries.get("APPORTION_TASK"),
        attempt=entries.get("APPORTION_ATTEMPT"),
        seconds=max(0.0, wall_clock() - began),
    )
