"""A real service, clients of it, and real worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.client import Client, ClientConfig
from tests.sdk.hand import Hand, Script
from tests.service.conftest import Process

LEASE = ("--lease-seconds", "3", "--heartbeat-interval", "1", "--retry-backoff", "0")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path, *LEASE)
    yield started
    started.stop()


@pytest.fixture
def client(process: Process) -> Iterator[Client]:
    with Client(process.url, config=ClientConfig(patience=20)) as made:
        yield made


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    """Return what starts workers; those that still run at the end are killed."""
    made = Script(tmp_path)
    yield made
    for hand in made.hands:
        hand.end()


@pytest.fixture
def hand(script: Script, process: Process) -> Hand:
    return script.start(process.url)
