"""A disk that takes its time: every sync of a process that runs is held up, until it is let go."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from tests.acceptance.waiting import until


class Delays:
    """What strace has held up so far."""

    def __init__(self) -> None:
        self.syncs = 0
        self.attached = False

    def read(self, strace: subprocess.Popen[str]) -> None:
        assert strace.stderr is not None
        for line in strace.stderr:
            self.attached = self.attached or "attached" in line
            self.syncs += "DELAYED" in line


@contextmanager
def slow_disk(pid: int, seconds: float) -> Iterator[Delays]:
    """Hold up each sync that this process does by so many seconds."""
    inject = f"inject=fsync,fdatasync:delay_enter={int(seconds * 1e6)}"
    strace = subprocess.Popen(
        ["strace", "-f", "-e", "trace=fsync,fdatasync", "-e", inject, "-p", str(pid)], stderr=subprocess.PIPE, text=True
    )
    delays = Delays()
    reader = Thread(target=delays.read, args=(strace,), daemon=True)
    reader.start()
    try:
        until(lambda: delays.attached)
        yield delays
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait(30)
        reader.join(30)
        assert strace.stderr is not None
        strace.stderr.close()
