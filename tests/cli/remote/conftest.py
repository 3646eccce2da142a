"""A real service with three unequal local workers, and the command line over it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apportion.cli.app import run_command_line
from tests.service.conftest import Process

FLEET = """
[[worker]]
id = "big"
capabilities = ["python", "text"]
max_capacity = 4

[[worker]]
id = "small"
count = 2
capabilities = ["python"]
max_capacity = 1
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "fleet.toml").write_text(FLEET)
    process = Process(folder, "--retry-backoff", "0", command="up", before=["fleet.toml"])
    yield process
    process.stop()


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """Runs commands in this process, which is ten times as fast as starting one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str) -> Said:
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["apportion", *words])
        code = run_command_line()
        printed = self._capsys.readouterr()
        assert "Traceback" not in printed.err, printed.err
        return Said(code, printed.out, printed.err)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> CommandLine:
    """Return the command line, in a folder of its own, with no service where it looks for one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APPORTION_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "160")
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def cli(offline: CommandLine, service: Process, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("APPORTION_URL", service.url)
    return offline


@pytest.fixture
def started(service: Process, tmp_path: Path) -> Iterator[Any]:
    """Return what starts a command as a process of its own; it is ended with the test."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "apportion", *words, "--url", service.url]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=20)
