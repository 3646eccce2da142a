"""Services for tests: in this process, and as a real one."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from apportion.config import RuntimeConfig
from apportion.service.app import build_app
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings

ADDRESS = re.compile(r"listening on (http://\S+?),")


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

    Attributes:
        url: its address.
    """

    def __init__(self, folder: Path, *options: str, command: str = "serve", before: Sequence[str] = ()) -> None:
        line = [sys.executable, "-m", "apportion", command, *before, "--port", "0", "--store", "tasks.db", *options]
        self.popen = subprocess.Popen(line, cwd=folder, stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self.url = self._address()

    def _address(self) -> str:
        assert self.popen.stderr is not None
        for line in self.popen.stderr:
            self.said.append(line)
            found = ADDRESS.search(line)
            if found is not None:
                return found[1]
        raise AssertionError(f"it did not start: {''.join(self.said)}")

    def kill(self) -> None:
        self.popen.kill()
        self._gone()

    def stop(self) -> int:
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> int:
        assert self.popen.stderr is not None
        if not self.popen.stderr.closed:
            self.said += self.popen.stderr.readlines()
            self.popen.stderr.close()
        return self.popen.wait(20)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path)
    yield started
    started.stop()
