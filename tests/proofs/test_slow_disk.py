"""A disk that takes its time under load: heartbeats are answered, nobody loses a task, and it recovers.

The syncs of a real service are held up by strace: each by half a second, or by longer than a lease.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.waiting import until
from tests.proofs.keeper import Keeper, shown
from tests.proofs.scene import Books, Load, Scene
from tests.proofs.slow_disk import slow_disk
from tests.service.conftest import Process

HERE = Path(__file__).parent
OPTIONS = ("--lease-seconds", "2", "--heartbeat-interval", "0.5")


def worked(folder: Path, seconds: float, syncs: int, service: Callable[[int], Process]) -> tuple[Books, Keeper, int]:
    """Work while so many syncs take so many seconds each, and on after that."""
    if shutil.which("strace") is None:
        pytest.skip("strace is absent: make services")
    scene = Scene(folder, Load(3_000), service)
    try:
        keeper = Keeper(scene.process.url)
        answers: list[int] = []

        def slow() -> None:
            with slow_disk(scene.process.popen.pid, seconds) as delays:
                until(lambda: delays.syncs >= syncs, within=20 * seconds * syncs)
            answers.append(keeper.end())

        return scene.play([slow]), keeper, answers[0]
    finally:
        scene.close()


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seconds", "syncs"), [(0.5, 40), (3.0, 8)], ids=["half a second", "longer than a lease"])
def test_a_slow_disk_takes_nothing_from_anybody(tmp_path: Path, seconds: float, syncs: int):
    books, keeper, ended = worked(
        tmp_path, seconds, syncs, lambda port: Process(tmp_path, "--port", str(port), *OPTIONS)
    )
    print(f"{books}; heartbeats: {shown(keeper.waits)}; looks: {shown(keeper.looks)}")
    assert books.finished == books.acknowledged == 3_000
    assert (books.lost, books.doubled, books.again) == ([], [], 0)
    assert (keeper.lost, ended) == ([], 200)


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_control_a_service_that_waits_for_its_disk_takes_tasks_from_those_who_beat(tmp_path: Path):
    doctored = [sys.executable, str(HERE / "doctored_service.py"), "waiting"]
    books, keeper, ended = worked(tmp_path, 3.0, 8, lambda port: Process(tmp_path, line=[*doctored, str(port)]))
    print(f"{books}; heartbeats: {shown(keeper.waits)}; looks: {shown(keeper.looks)}")
    assert books.again or keeper.lost or ended != 200
