"""A full disk: a clear message, exit code 4, nothing lost, and the same command goes on when there is room again."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.sandbox import Sandbox

FILL = "cat /dev/zero > results/filler 2> /dev/null || true"


@pytest.fixture
def small(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Return a batch whose results go to a disk of their own with room for 2 MB."""
    sandbox.results.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(sandbox.results)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
    yield sandbox
    for process in sandbox.processes():
        process.kill()
        process.wait()
    subprocess.run(["umount", "--lazy", str(sandbox.results)], check=True)


def fill(folder: Path) -> None:
    subprocess.run(["sh", "-c", FILL], cwd=folder, check=True)


def test_full_from_the_start(small: Sandbox):
    small.write_tasks(*[small.task(f"t{number}") for number in range(5)])
    fill(small.folder)
    done = small.run(code=4)
    assert "no room on the disk" in done.stderr
    assert small.noted("end") == []
    (small.results / "filler").unlink()
    small.run(code=0)
    assert Counter(small.noted("start")) == {f"t{number}": 1 for number in range(5)}


def test_it_fills_up_in_the_middle(small: Sandbox):
    small.write_fleet('id = "w"\nmax_capacity = 1')
    first = [small.task(f"a{number}", requirements={"priority": 9}) for number in range(3)]
    middle = small.task("fills", f"test -e once || {{ touch once; {FILL}; }}", requirements={"priority": 7})
    small.write_tasks(*first, middle, *[small.task(f"z{number}") for number in range(20)])
    done = small.run(code=4)
    assert "no room on the disk" in done.stderr
    assert "the same command again goes on" in done.stderr
    recorded = {line["id"] for line in small.lines()}
    assert {"a0", "a1", "a2"} <= recorded
    before = Counter(small.noted("start"))
    (small.results / "filler").unlink()
    small.run(code=0)
    after = Counter(small.noted("start"))
    assert {id: after[id] for id in recorded} == {id: before[id] for id in recorded}
    assert Counter(small.states().values()) == {"succeeded": 24}
    assert len(small.lines()) == 24
