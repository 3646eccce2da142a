"""A store on a file, a small disk, and another process."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from apportion.stores.sqlite import SqliteStore

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(path)) as store:
        yield store


@pytest.fixture
def python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts Python with these arguments; its output is a pipe. It is gone when the test is."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path, **options) -> subprocess.Popen[str]:
        command = [sys.executable, *map(str, arguments)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=ROOT, **{**pipes, **options}))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


SMALL = 2 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with room for 2 MB: a file system of its own where one can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", folder], capture_output=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted: {mount.stderr.decode().strip()}")
    yield folder
    # Lazily: a failed test that keeps a file open there shall not leave a mount behind, which nobody can remove.
    subprocess.run(["umount", "--lazy", folder], check=True)
