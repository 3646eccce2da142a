"""Commands, as processes of their own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apportion.errors import CallerError
from apportion.executors.census import Census
from apportion.executors.command_payload import Command, read_command
from apportion.executors.command_start import about, encoded, entries_of, spawn, why_not_started
from apportion.executors.exit_text import exit_text
from apportion.executors.guardian import Guardian
from apportion.executors.lines import one_line
from apportion.executors.outcomes import Stop, of_stop
from apportion.executors.output import DiscardedOutput, LoggedOutput, Output
from apportion.executors.started import Report, Roster, Started
from apportion.executors.tree import Tree
from apportion.ports import Attempt, Outcome


@dataclass(frozen=True, slots=True)
class CommandConfig:
    """How commands are run.

    Attributes:
        folder: what the ``cwd`` of a payload is relative to.
        logs: the folder for the output, a file for each task; None: the output is thrown away.
        worker_env: worker id to what is added to the environment of its commands. Read at each start.
        grace: seconds between SIGTERM and SIGKILL when an attempt times out or is cancelled.
    """

    folder: Path
    logs: Path | None = None
    worker_env: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    grace: float = 5.0


class _Running(Started):
    """An attempt and its process."""

    tree: Tree
    output: Output

    def __init__(self, attempt: Attempt, report: Report, command: Command) -> None:
        super().__init__(attempt, report)
        self.command = command
        self.task: asyncio.Task[None] | None = None  # waits for the guardian, and later for the end of the tree


_OURS_ALONE = b"APPORTION_TOKEN"
"""A command is somebody else's: it must not be able to act as this worker, or as this service's administrator."""


class CommandExecutor:
    """Runs payloads like ``{"command": ["wc", "-l", "file"], "env": {}, "cwd": "."}`` as commands.

    Each command leads a session and a process group. When it ends, whatever is left of its group is killed, so that its
    worker is free when it is reported. A time-out or a cancellation sends SIGTERM to all that belong to the attempt, in
    the group or not, and SIGKILL to what is left after the grace. The guardian does the last when the run itself dies.
    A cancelled command that ends with exit code 0 all the same has done its work, and that is what is reported; any
    other exit code may be due to the signal, and is that of a cancelled one.

    Its environment is that of this process (as it was when the executor was made; without the token by which this
    process may call a service), the worker's, the payload's, and
    then ``APPORTION_WORKER``, ``APPORTION_TASK``, ``APPORTION_ATTEMPT`` and the guardian's marks, each adding to or
    replacing what is there. Its standard input is empty.

    Args:
        config: how commands are run.
        guardian: the run's guardian, or its id: then this executor has a guardian of its own, and closes it.
    """

    def __init__(self, config: CommandConfig, guardian: Guardian | str) -> None:
        self._config = config
        self._own_guardian = isinstance(guardian, str)
        self._guardian = Guardian(guardian) if isinstance(guardian, str) else guardian
        self._inherited = {name: value for name, value in os.environb.items() if name != _OURS_ALONE}
        self._marks = encoded(self._guardian.marks)
        self._census = Census(self._guardian.own_mark)
        self._roster: Roster[_Running] = Roster()
        self._closed = False

    def start(self, attempt: Attempt, report: Report) -> None:
        """Begin the attempt."""
        try:
            running = _Running(attempt, report, read_command(attempt.payload))
        except CallerError as error:
            problem = one_line(f"{error}{_remedy(attempt)}")
            Started(attempt, report).settle(Outcome(success=False, error=problem, retry=False, fault="task"))
            return
        if self._closed:
            running.settle_stopped(Stop.CLOSED)
            return
        self._roster.add(running)
        if self._guardian.armed:
            self._launch(running)
        else:
            running.task = asyncio.get_running_loop().create_task(self._launch_when_armed(running))

    def cancel(self, attempt: Attempt) -> None:
        """Ask a started attempt to end."""
        running = self._roster.find(attempt)
        if running and running.stop is None:
            self._stop(running, Stop.CANCELLED, self._config.grace)

    async def close(self, grace: float) -> None:
        """End everything, and wait until it has ended: SIGTERM now, SIGKILL after ``grace``."""
        self._closed = True
        for running in self._roster:
            self._stop(running, Stop.CLOSED, grace)
        await self._roster.empty()
        if self._own_guardian:
            await self._guardian.close()

    async def _launch_when_armed(self, running: _Running) -> None:
        try:
            await self._guardian.arm()
        except OSError as error:
            problem = f"cannot be started: {one_line(str(error))}"
            self._roster.settle(running, Outcome(success=False, error=problem, fault="worker"))
        if not running.settled:
            self._launch(running)

    def _launch(self, running: _Running) -> None:
        attempt, command, config = running.attempt, running.command, self._config
        folder = str(config.folder / command.cwd)
        running.begin()
        try:
            running.output = LoggedOutput(config.logs, attempt, command.words) if config.logs else DiscardedOutput()
        except OSError as error:
            problem = one_line(f"its output cannot be written: {error}")
            self._roster.settle(running, Outcome(success=False, error=problem, fault="worker"))
            return
        try:
            process = spawn(command, folder, self._environment(running), running.output.descriptor())
        except (OSError, ValueError) as error:
            running.output.handed_over()
            running.output.finish(wanted=False)
            self._roster.settle(running, why_not_started(error, command, folder))
            return
        running.output.handed_over()
        running.tree = Tree(process, entries_of(about(attempt)), self._census, lambda: self._ended(running))
        running.after(attempt.timeout, lambda: self._stop(running, Stop.TIMED_OUT, config.grace))

    def _environment(self, running: _Running) -> dict[bytes, bytes]:
        """Return the environment of a command. What this package says in it cannot be overridden."""
        worker = self._config.worker_env.get(running.attempt.worker_id, {})
        return {
            **self._inherited,
            **encoded(worker),
            **encoded(running.command.env),
            **about(running.attempt),
            **self._marks,
        }

    def _stop(self, running: _Running, stop: Stop, grace: float) -> None:
        running.stop = running.stop or stop
        if running.began is None:
            self._roster.settle_stopped(running, stop)
            return
        running.after(grace, running.tree.lose_patience)
        if running.tree.ending:
            return
        running.tree.ending = True
        running.task = asyncio.get_running_loop().create_task(self._end(running))

    async def _end(self, running: _Running) -> None:
        try:
            await running.tree.end()
        finally:
            self._report(running)

    def _ended(self, running: _Running) -> None:
        """The command has ended by itself."""
        self._report(running)

    def _report(self, running: _Running) -> None:
        """Clear up behind a command, and say how it ended."""
        duration = running.duration
        code = running.tree.reap()
        line = running.output.finish(wanted=code != 0 or running.stop is not None)
        if running.stop and (code != 0 or running.stop is Stop.TIMED_OUT) and not running.tree.ended_unasked:
            outcome = of_stop(running.stop, running.attempt, duration, detail=line, exit_code=code)
        elif code == 0:
            outcome = Outcome(success=True, duration=duration, exit_code=0)
        else:
            error = f"{exit_text(code)}: {line}" if line else f"{exit_text(code)}, without a word"
            outcome = Outcome(success=False, error=error, duration=duration, exit_code=code)
        self._roster.settle(running, outcome)


def _remedy(attempt: Attempt) -> str:
    """Return what to do about a task that was never meant to be a command line, and was given to this worker."""
    payload: object = attempt.payload
    if isinstance(payload, Mapping) and "command" in payload:
        return ""
    return (
        f"; worker {attempt.worker_id!r} runs command lines alone: if {attempt.task_type!r} is for others, "
        "give it task_types of its own"
    )
