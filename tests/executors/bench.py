"""What the tests of executors share: a bench that starts attempts, and ways to wait for processes."""

import asyncio
import contextlib
import os
from collections import Counter
from pathlib import Path

import psutil

from apportion.ports import Attempt, Outcome

PROMPT = 30.0  # nobody waits for so long, unless something is broken


class Bench:
    """Starts attempts, and keeps what is reported."""

    def __init__(self, executor):
        self.executor = executor
        self.started: list[Attempt] = []
        self.reports: list[tuple[Attempt, Outcome]] = []
        self._news = asyncio.Event()

    def start(self, task_type="command", payload=None, task_id=None, attempt=1, timeout=None, worker="quick-0"):
        task_id = task_id or f"task-{len(self.started)}"
        started = Attempt(task_id, task_type, payload, worker, attempt, len(self.started) + 1, timeout)
        self.started.append(started)
        self.executor.start(started, self._report)
        return started

    def _report(self, attempt, outcome):
        self.reports.append((attempt, outcome))
        self._news.set()

    async def outcome(self, attempt):
        async with asyncio.timeout(PROMPT):
            while True:
                for reported, outcome in self.reports:
                    if reported == attempt:
                        return outcome
                self._news.clear()
                await self._news.wait()

    async def run(self, *args, **kwargs):
        return await self.outcome(self.start(*args, **kwargs))

    async def command(self, *words, **fields):
        return await self.run(payload={"command": list(words)}, **fields)

    def shell(self, script, **fields):
        return self.start(payload={"command": ["sh", "-c", script]}, **fields)

    async def close(self, grace=0.1):
        async with asyncio.timeout(PROMPT):
            await self.executor.close(grace)
        assert Counter(attempt.lease for attempt, _ in self.reports) == Counter(
            attempt.lease for attempt in self.started
        )


class Word:
    """A named pipe, through which a command says a line; `hear` waits for it."""

    def __init__(self, path: Path):
        os.mkfifo(path)
        self.path = path
        # Open for writing too, so that no writer waits for a reader, nor a reader for a writer.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def __str__(self):
        return str(self.path)

    async def hear(self) -> list[str]:
        loop, heard = asyncio.get_running_loop(), bytearray()
        news = asyncio.Event()
        loop.add_reader(self._descriptor, news.set)
        async with asyncio.timeout(PROMPT):
            while not heard.endswith(b"\n"):
                await news.wait()
                news.clear()
                with contextlib.suppress(BlockingIOError):
                    heard += os.read(self._descriptor, 4096)
        loop.remove_reader(self._descriptor)
        return heard.decode().split()

    async def hear_pids(self) -> list[psutil.Process]:
        return [psutil.Process(int(pid)) for pid in await self.hear()]

    def say(self, text: str) -> None:
        os.write(self._descriptor, f"{text}\n".encode())

    def close(self) -> None:
        os.close(self._descriptor)


def has_ended(process: psutil.Process) -> bool:
    """Whether a process has ended; a zombie has, it is only not reaped."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def open_files(pid="self") -> dict[str, str]:
    """Return the descriptors of a process and what they lead to."""
    return {path.name: str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}


def all_end(processes: list[psutil.Process]) -> bool:
    """Wait until all have ended."""
    for process in processes:
        for _ in range(int(PROMPT / 0.05)):
            if has_ended(process):
                break
            try:
                process.wait(0.05)
            except psutil.TimeoutExpired:
                continue
        else:
            return False
    return True
