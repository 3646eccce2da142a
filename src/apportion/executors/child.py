"""A child process in a session of its own, whose end is told on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from threading import Thread


class Child:
    """A child process that leads a session and process group of its own.

    When it ends, ``ended`` is called on the loop, and it stays a zombie until `reap`. So its pid, which is also the
    name of its group, cannot be given to anybody else while it may still be signalled.

    Args:
        popen: the process, started with ``start_new_session=True``.
        ended: called once, when it has ended.
    """

    def __init__(self, popen: subprocess.Popen[bytes], ended: Callable[[], None]) -> None:
        self.pid = popen.pid
        self._popen = popen
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._pidfd = _open_pidfd(popen.pid)
        if self._pidfd is None:
            Thread(target=self._wait_in_thread, daemon=True).start()
        else:
            self._loop.add_reader(self._pidfd, self._see_end)

    def signal_group(self, number: int) -> None:
        """Send a signal to the whole group, as long as the child is not reaped."""
        if self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def has_ended(self) -> bool:
        """Return whether it has ended, even if the loop has not come to hear of it."""
        if self._popen.returncode is not None or not hasattr(os, "waitid"):
            return self._popen.returncode is not None
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def reap(self) -> int:
        """Kill what is left of the group of a child that has ended; return its exit code (negative: the signal)."""
        self.signal_group(signal.SIGKILL)
        return self._popen.wait()

    def forget(self) -> None:
        """Stop watching a child that does not even end when it is killed."""
        self._stop_watching()
        self._popen.returncode = -signal.SIGKILL

    def _see_end(self) -> None:
        self._stop_watching()
        self._ended()

    def _stop_watching(self) -> None:
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    def _wait_in_thread(self) -> None:
        """Where the kernel has no pidfd: wait in a thread, without reaping where that is possible."""
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._popen.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there who wants to know
            self._loop.call_soon_threadsafe(self._ended)


def _open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or a kernel before 5.3, or no descriptor left
        return None
