"""The run's side of the guardian: starts it, knows when it stands guard, and lets it go."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from apportion import validation
from apportion.clock import fresh_random
from apportion.executors import guardian_process
from apportion.executors.guardian_process import LINUX, kill_all
from apportion.executors.off_loop import off_loop

RUN = "APPORTION_RUN"
GUARD = "APPORTION_GUARD"

# With a pause of up to 50 ms each: about ten seconds for processes that take long to die.
_MOST_LOOKS = 200
_MOST_STARTS = 3
_CLOSED = "the guardian was closed"


class _Guard:
    """The guardian's process, and the pipes to it and from it."""

    def __init__(self, mark: bytes) -> None:
        flags = ("-I", "-S") if LINUX else ("-P",)  # psutil, which it needs elsewhere, is a site package
        its_input, self._say = os.pipe()
        self.hear, its_output = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603 -- our own script
                [sys.executable, *flags, str(Path(guardian_process.__file__)), mark, str(os.getpid())],
                stdin=its_input,
                stdout=its_output,
                stderr=subprocess.DEVNULL,
                cwd="/",
                # Not marked itself, even where this run is a command of another one.
                env={name: value for name, value in os.environ.items() if not name.startswith("APPORTION_")},
                start_new_session=True,
            )
        except OSError:
            self.let_go()
            raise
        finally:
            os.close(its_input)
            os.close(its_output)

    def dismiss(self) -> None:
        """Tell it to go without another look."""
        with contextlib.suppress(OSError):
            os.write(self._say, b"q")

    def let_go(self) -> None:
        """Close the pipes; to be followed by a wait for the process."""
        os.close(self._say)
        os.close(self.hear)


class Guardian:
    """Sees to it that nothing which carries the run's mark is left working when the run dies, however it dies.

    One does for all executors of a run: whoever made it closes it, after them. It is a process in a session of its own
    (Ctrl-C in the terminal does not reach it), holds none of the run's files, and is started again should it die.

    Args:
        run_id: the run, as the store remembers it; `kill_strays` takes it after a crash that took the guardian, too.

    Attributes:
        run_id: as given.
        marks: what every process that is to be guarded must have in its environment.
        armed: whether the guardian stands guard now. Nothing is to be started before.
    """

    def __init__(self, run_id: str) -> None:
        self.run_id = validation.text("run_id", run_id)
        # Nobody else has this token: not the run that goes on under the same id after this one was killed, while its
        # guardian still clears up, and not a second guardian in this process.
        token = f"{fresh_random().getrandbits(64):016x}"
        self.marks: Mapping[str, str] = {RUN: run_id, GUARD: token}
        self.armed = False
        self._guard: _Guard | None = None
        self._starts_in_vain = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._begun = False
        self._closed = False

    @property
    def own_mark(self) -> bytes:
        """The entry of the environment that only the processes under this guardian have."""
        return f"{GUARD}={self.marks[GUARD]}".encode()

    @property
    def pid(self) -> int | None:
        """The guardian's process id, while there is one."""
        return self._guard.process.pid if self._guard else None

    def begin(self) -> None:
        """Start it, without waiting. `arm` does so by itself; earlier is sooner.

        Raises:
            OSError: it cannot be started.
        """
        if self._guard is None and not self._closed:
            self._begun = True
            self._guard = _Guard(self.own_mark)
            asyncio.get_running_loop().add_reader(self._guard.hear, self._hear)

    async def arm(self) -> None:
        """Wait until it stands guard.

        Raises:
            OSError: it cannot be started, or does not come up, or was closed.
        """
        if self.armed:
            return
        if self._closed:
            raise OSError(_CLOSED)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._begin_or_tell()
        await waiter

    async def close(self) -> None:
        """Kill whatever still carries the mark, and let the guardian go."""
        if self._closed:
            return
        self._closed, self.armed = True, False
        self._tell(OSError(_CLOSED))
        if not self._begun:
            return
        # Whoever started something has seen its start through: it has its mark. Two quiet looks all the same: while a
        # process replaces its program, it shows no environment.
        await off_loop(kill_all, self.own_mark, 2, _MOST_LOOKS)
        if self._guard:
            self._guard.dismiss()
            await off_loop(self._drop().wait)

    def _hear(self) -> None:
        """It says one byte when it stands guard, and its pipe ends when it dies."""
        if self._guard and os.read(self._guard.hear, 1):
            self.armed, self._starts_in_vain = True, 0
            self._tell(None)
            return
        self.armed = False
        self._drop().wait()
        self._starts_in_vain += 1
        if self._starts_in_vain < _MOST_STARTS:
            self._begin_or_tell()
        else:
            self._starts_in_vain = 0
            self._tell(OSError("the guardian, which ends commands when the run dies, does not come up"))

    def _begin_or_tell(self) -> None:
        try:
            self.begin()
        except OSError as error:
            self._tell(error)

    def _drop(self) -> subprocess.Popen[bytes]:
        """Let go of the guard, and return its process, to be waited for."""
        guard, self._guard = self._guard, None
        if guard is None:
            raise AssertionError
        asyncio.get_running_loop().remove_reader(guard.hear)
        guard.let_go()
        return guard.process

    def _tell(self, problem: OSError | None) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_exception(problem) if problem else waiter.set_result(None)
