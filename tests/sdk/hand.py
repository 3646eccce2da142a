"""Workers as real processes, and what their handlers write down."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.acceptance.waiting import until

WORKER = Path(__file__).with_name("worker_script.py")


class Hand:
    """A worker process."""

    def __init__(self, folder: Path, url: str, *words: str) -> None:
        self.log = folder / f"worker-{len(list(folder.glob('worker-*')))}.log"
        with self.log.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, str(WORKER), url, str(folder / "ledger"), *words], cwd=folder, stderr=log
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def at_work(self) -> Hand:
        until(lambda: "at work" in self.said or self.popen.poll() is not None)
        assert self.popen.poll() is None, self.said
        return self

    @property
    def said(self) -> str:
        return self.log.read_text()

    def keeper(self) -> int:
        """Return the process that sends its heartbeats."""
        found = self.keeper_if_any()
        assert found, "there is none"
        return found

    def keeper_if_any(self) -> int | None:
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(OSError):  # a thread, or a child, that has just ended
                for child in (task / "children").read_text().split():
                    if b"keeper_process" in Path(f"/proc/{child}/cmdline").read_bytes():
                        return int(child)
        return None

    def end(self) -> None:
        if self.popen.poll() is None:
            self.signal(signal.SIGCONT)
            with contextlib.suppress(AssertionError):
                os.kill(self.keeper(), signal.SIGCONT)  # one that a test has stopped would not see its worker end
            self.popen.kill()
        self.popen.wait()

    def leave(self) -> int:
        """Ask it to end, and return how it did."""
        self.signal(signal.SIGTERM)
        return self.popen.wait(20)


class Script:
    """Starts workers in a folder, and reads what their handlers wrote down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hands: list[Hand] = []

    def start(self, url: str, *words: str) -> Hand:
        self.hands.append(Hand(self.folder, url, *words))
        return self.hands[-1].at_work()

    def ledger(self, *beginning: Any) -> list[list[str]]:
        """Return the lines that begin so, word by word."""
        path = self.folder / "ledger"
        lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        wanted = [str(word) for word in beginning]
        return [line for line in lines if line[: len(wanted)] == wanted]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
