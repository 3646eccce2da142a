"""The guardian itself: a small program that outlives a killed run, and ends what the run had started.

It runs as a script, without the package and its libraries, so that it is there in a few milliseconds and needs little
memory: on Linux the standard library does, elsewhere psutil reads the environments of others.

A process belongs to a run when its environment holds the mark of its guardian (``APPORTION_GUARD=…``), which it has
from its first instruction and hands on to its children; or when it shares a session with one that does. So nobody has
to be registered, and there is no moment at which a process exists and is not known. What clears its environment *and*
begins a session of its own gets away; that is also how to leave something running on purpose:
``env -u APPORTION_RUN -u APPORTION_GUARD setsid daemon``.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator

LINUX = sys.platform.startswith("linux")

# A process that was just forked carries its mark only from the moment it runs its own program: look again for a second.
QUIET_LOOKS = 20
PAUSE_MS = 50


class Found:
    """A process that carries a mark, or shares a session with one that does.

    Attributes:
        pid: its id.
        session: its session.
        group: its process group.
        began: when it began, in the kernel's own units: with the pid, its identity.
        entries: its environment, ``NAME=value`` each.
    """

    __slots__ = ("began", "entries", "group", "pid", "session")

    def __init__(self, pid: int, session: int, began: str, entries: frozenset[bytes]) -> None:
        self.pid = pid
        self.session = session
        self.group = _group(pid)
        self.began = began
        self.entries = entries


def marked(mark: bytes) -> list[Found]:
    """Return the living processes with that entry in their environment, and those that share a session with them.

    Never among them: this process, those that it descends from, and whoever shares a session with these.
    """
    with_mark: dict[int, frozenset[bytes]] = {}
    sessions: dict[int, int] = {}
    for pid, environment in _environments():
        with contextlib.suppress(OSError):
            sessions[pid] = os.getsid(pid)
            if b"\0%b\0" % mark in b"\0%b\0" % environment:
                with_mark[pid] = frozenset(environment.split(b"\0"))
    meant = {sessions[pid] for pid in with_mark}
    meant -= _own_sessions() if meant else meant
    chosen = [pid for pid, session in sessions.items() if session in meant]
    return [
        Found(pid, sessions[pid], began, with_mark.get(pid, frozenset())) for pid in chosen if (began := _began(pid))
    ]


def send(found: Iterable[Found], number: int) -> None:
    """Send a signal to each process that is still the one that was found: its pid may be another's by now."""
    for each in found:
        with contextlib.suppress(OSError):
            _send_surely(each, number)


def kill_all(
    mark: bytes,
    quiet_looks: int = QUIET_LOOKS,
    most_looks: int | None = None,
    tell: Callable[[Found], object] = id,
) -> None:
    """Kill whatever carries the mark until nothing does.

    Whole process groups are killed at a stroke where they can be, or what forks fast would get ahead of us.

    Args:
        mark: the entry of the environment, ``NAME=value``.
        quiet_looks: how often in a row nothing must be found.
        most_looks: when to give up; a process that hangs in the kernel cannot be killed. None: never.
        tell: called with each process before it is killed.
    """
    told: set[tuple[int, str]] = set()
    quiet = looks = 0
    while most_looks is None or looks < most_looks:
        found = marked(mark)
        looks, quiet = looks + 1, 0 if found else quiet + 1
        for each in found:
            if (each.pid, each.began) not in told:
                told.add((each.pid, each.began))
                tell(each)
        for each in found:
            _kill_group(each)
        send(found, signal.SIGKILL)
        if quiet >= quiet_looks:
            return
        select.select([], [], [], (min(PAUSE_MS, looks) if found else PAUSE_MS) / 1000)


def _own_sessions() -> set[int]:
    """Return the sessions of this process and of those that it descends from."""
    sessions: set[int] = set()
    pid = os.getpid()
    while pid > 0:
        with contextlib.suppress(OSError):
            sessions.add(os.getsid(pid))
        pid = _parent(pid)
    return sessions


def _environments() -> Iterator[tuple[int, bytes]]:
    """Yield the processes of the machine with their environment, or nothing where it may not be read."""
    if LINUX:
        for name in os.listdir("/proc"):  # noqa: PTH208 -- pathlib would double the time that this program takes to start
            if name.isdigit():
                yield int(name), _read(f"/proc/{name}/environ")
        return
    import psutil

    for process in psutil.process_iter():
        environment = b""
        with contextlib.suppress(psutil.Error, OSError):
            environment = b"\0".join(os.fsencode(f"{name}={value}") for name, value in process.environ().items())
        yield process.pid, environment


def _read(path: str) -> bytes:
    """Return what a file of /proc holds; nothing where it is another user's, or its process has ended."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        chunks: list[bytes] = []
        while chunk := os.read(descriptor, 1 << 17):
            chunks.append(chunk)
        return b"".join(chunks)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _began(pid: int) -> str:
    """Return when a process began, or nothing where it has ended; a zombie has ended."""
    if LINUX:
        fields = _stat(pid)
        return fields[19].decode() if fields and fields[0] not in {b"Z", b"X", b"x"} else ""
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.Error:
        return ""


def _parent(pid: int) -> int:
    """Return the parent of a process, or 0."""
    if LINUX:
        fields = _stat(pid)
        return int(fields[1]) if fields else 0
    import psutil

    try:
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return 0


def _group(pid: int) -> int:
    """Return the process group of a process, or 0 where it has ended."""
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _stat(pid: int) -> list[bytes]:
    """Return the fields of /proc/PID/stat from the third (the state) on; the second may hold anything."""
    return _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()


def _send_surely(each: Found, number: int) -> None:
    if not hasattr(os, "pidfd_open"):
        if _began(each.pid) == each.began:
            os.kill(each.pid, number)
        return
    # Held by its descriptor first and looked at then: what is looked at is what is hit.
    pidfd = os.pidfd_open(each.pid)
    try:
        if _began(each.pid) == each.began:
            signal.pidfd_send_signal(pidfd, number)
    finally:
        os.close(pidfd)


def _kill_group(each: Found) -> None:
    with contextlib.suppress(OSError):
        if each.group and _began(each.pid) == each.began:
            os.killpg(each.group, signal.SIGKILL)


def _wait_for_end_of(parent: int) -> bool:
    """Wait until the run says goodbye (False), or has died (True)."""
    poll = select.poll()
    poll.register(sys.stdin.fileno(), select.POLLIN | select.POLLHUP)
    if hasattr(os, "pidfd_open"):
        # A process that the run forked without exec holds the pipe open, too: do not rely on the pipe alone.
        with contextlib.suppress(OSError):
            poll.register(os.pidfd_open(parent), select.POLLIN)
    if os.getppid() != parent:
        return True
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != sys.stdin.fileno():
                return True
            return not os.read(descriptor, 1)


def main() -> None:
    """Say that the guard stands, wait for the end of the run, and clear up behind it."""
    mark, parent = os.fsencode(sys.argv[1]), int(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError):  # the run has died already: all the more there is to do
        os.write(sys.stdout.fileno(), b"\n")
    if _wait_for_end_of(parent):
        kill_all(mark)


if __name__ == "__main__":
    main()
