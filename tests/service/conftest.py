"""Services for tests: in this process, and as a real one."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import httpx
import pytest

from apportion.config import RuntimeConfig
from apportion.service.app import build_app
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings

ADDRESS = re.compile(r"listening on (https?://\S+?),")


@pytest.fixture
def config() -> RuntimeConfig:
    return RuntimeConfig(retry_backoff=0.0, max_queued=50)


@pytest.fixture
async def service(config: RuntimeConfig, tmp_path: Path) -> AsyncIterator[Service]:
    async with Service(ServiceSettings(store=str(tmp_path / "tasks.db"), runtime=config)) as opened:
        yield opened


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8620") as made:
        yield made


class Process:
    """A real service.

    Args:
        folder: where it runs.
        options: of the command.
        command: which one.
        before: its arguments before the options.
        under: a command that starts it.
        line: the whole command line, where it is another one.

    Attributes:
        url: its address.
        said: what it wrote to standard error so far.
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        command: str = "serve",
        before: Sequence[str] = (),
        under: Sequence[str] = (),
        line: Sequence[str] | None = None,
    ) -> None:
        if line is None:
            line = [sys.executable, "-m", "apportion", command, *before, "--port", "0", "--store", "tasks.db", *options]
        self.popen = subprocess.Popen([*under, *line], cwd=folder, stderr=subprocess.PIPE, text=True)
        self.folder = folder
        self.said: list[str] = []
        self._address: Future[str] = Future()
        # Read all the time: a service whose log nobody reads would stand still once the pipe is full.
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self._address.result(timeout=30)

    def _read(self) -> None:
        assert self.popen.stderr is not None
        with self.popen.stderr:
            for line in self.popen.stderr:
                self.said.append(line)
                found = ADDRESS.search(line)
                if found is not None and not self._address.done():
                    self._address.set_result(found[1])
        if not self._address.done():
            self._address.set_exception(AssertionError(f"it did not start: {''.join(self.said)}"))

    def kill(self) -> None:
        self.popen.kill()
        self._gone()

    def stop(self) -> int:
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> int:
        self._reader.join(30)
        return self.popen.wait(20)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path)
    yield started
    started.stop()
