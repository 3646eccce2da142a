"""What the acceptance tests share."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.acceptance.sandbox import Sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Return an empty batch; whatever it leaves running is ended."""
    sandbox = Sandbox(tmp_path)
    yield sandbox
    for process in sandbox.processes():
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
