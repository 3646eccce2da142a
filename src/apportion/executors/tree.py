"""A command with all that it started, and how it is brought to an end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import Callable

from apportion.executors.census import Census
from apportion.executors.child import Child
from apportion.executors.guardian_process import Found, send

# How often those that outlive their command are looked for, once it was told to end.
_LOOK_AGAIN = 0.05

# Five seconds. A killed process ends at once, unless it hangs in the kernel: on a dead network drive, for example.
_LOOKS_AFTER_KILL = 100


class Tree:
    """The processes of one attempt: its command, their group, and those that left the group but carry its marks.

    Args:
        popen: the command, leader of a session of its own.
        marks: the entries of the environment that all of this attempt have.
        census: finds those that left the group.
        ended: called once when the command ends by itself, before anybody began to `end` it.

    Attributes:
        ending: whether it is being ended from here.
        ended_unasked: whether the command had ended before it was asked to.
    """

    def __init__(
        self, popen: subprocess.Popen[bytes], marks: frozenset[bytes], census: Census, ended: Callable[[], None]
    ) -> None:
        self.ending = False
        self.ended_unasked = False
        self._census = census
        self._ended = ended
        self._child = Child(popen, self._see_end)
        self._marks = marks
        self._gone = False
        self._out_of_patience = False
        self._changed = asyncio.Event()

    def lose_patience(self) -> None:
        """Have `end` kill what it has asked to end so far."""
        self._out_of_patience = True
        self._changed.set()

    def reap(self) -> int:
        """Kill what is left of the group, and return the command's exit code."""
        if not self._gone:
            self._child.forget()
        return self._child.reap()

    async def end(self) -> None:
        """Ask all to end, wait until they have or `lose_patience` is called, and kill what is left."""
        self.ended_unasked = self._child.has_ended()
        self._child.signal_group(signal.SIGTERM)
        # A stopped process would not even hear of it.
        self._child.signal_group(signal.SIGCONT)
        send(await self._strayed(), signal.SIGTERM)
        while not self._out_of_patience:
            if self._gone and not await self._others():
                return
            await self._wait(_LOOK_AGAIN if self._gone else None)
        for _ in range(_LOOKS_AFTER_KILL):
            self._child.signal_group(signal.SIGKILL)
            others = await self._others()
            send(others, signal.SIGKILL)
            if self._gone and not others:
                return
            await self._wait(_LOOK_AGAIN)

    def _see_end(self) -> None:
        self._gone = True
        self._changed.set()
        if not self.ending:
            self._ended()

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
        self._changed.clear()

    async def _others(self) -> list[Found]:
        """Return the living processes of this attempt except its command."""
        try:
            everybody = await self._census.take()
        except OSError:  # no descriptor left to look with: the group is all that can be reached
            return []
        pid, marks = self._child.pid, self._marks
        return [each for each in everybody if each.pid != pid and (each.session == pid or marks <= each.entries)]

    async def _strayed(self) -> list[Found]:
        """Return those that a signal to the command's group does not reach."""
        return [each for each in await self._others() if each.group != self._child.pid]
