"""`kill -9` of workers and of the service under load, and workers that were stopped past their lease.

The client and the workers each write down what they saw. At the end that is counted against what the service says:
acknowledged, finished, lost, doubled, refused. Under each control, one safeguard gone, the count must find it.
"""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.waiting import until
from tests.proofs.scene import PATIENCE, Books, Load, Scene
from tests.service.conftest import Process

HERE = Path(__file__).parent
OPTIONS = ("--lease-seconds", "2", "--heartbeat-interval", "0.5")


@dataclass(frozen=True)
class Plan:
    """How much is done, and how often somebody dies meanwhile."""

    tasks: int
    worker_kills: int
    service_kills: int
    zombies: int


class Trouble:
    """Brings a scene into trouble, by chance, the same every time."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rng = random.Random(1)

    def shuffled(self, plan: Plan) -> list[Callable[[], None]]:
        kills = [self.kill_worker] * plan.worker_kills + [self.scene.kill_service] * plan.service_kills
        kills += [self.stop_workers] * plan.zombies
        self.rng.shuffle(kills)
        return kills

    def kill_worker(self) -> None:
        self.scene.kill_worker(self._anyone())

    def stop_workers(self) -> None:
        """Stop a worker that holds something, until all of that is another's."""
        (number,) = until(self._stopped, within=PATIENCE)
        until(lambda: not self.scene.holds(number), within=PATIENCE)
        self.scene.hands[number].send_signal(signal.SIGCONT)

    def _anyone(self) -> int:
        return self.rng.randrange(len(self.scene.hands))

    def _stopped(self) -> list[int]:
        number = self._anyone()
        self.scene.hands[number].send_signal(signal.SIGSTOP)
        if self.scene.holds(number):
            return [number]
        self.scene.hands[number].send_signal(signal.SIGCONT)
        return []


def played(folder: Path, plan: Plan, service: Callable[[int], Process]) -> Books:
    scene = Scene(folder, Load(plan.tasks), service)
    try:
        return scene.play(Trouble(scene).shuffled(plan))
    finally:
        scene.close()


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Plan(50_000, 300, 100, 10), marks=[pytest.mark.proof, pytest.mark.timeout(1800)], id="ci"),
        pytest.param(
            Plan(200_000, 2_000, 1_000, 200), marks=[pytest.mark.long, pytest.mark.timeout(36_000)], id="long"
        ),
    ],
)
def test_nothing_is_lost_and_nothing_completed_twice(tmp_path, plan):
    books = played(tmp_path, plan, lambda port: Process(tmp_path, "--port", str(port), *OPTIONS))
    print(books)
    assert books.acknowledged == plan.tasks
    assert (books.lost, books.doubled) == ([], [])
    assert books.finished + books.poison == plan.tasks
    assert books.refused > 0, "nobody came back after its lease: this shows nothing about fencing"


def doctored(folder: Path, damage: str) -> Callable[[int], Process]:
    return lambda port: Process(folder, line=[sys.executable, str(HERE / "doctored_service.py"), damage, str(port)])


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_control_a_service_that_keeps_all_in_memory_loses(tmp_path):
    assert played(tmp_path, Plan(1_000, 0, 1, 0), doctored(tmp_path, "forgetful")).lost


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_control_a_service_that_believes_old_leases_completes_twice(tmp_path):
    assert played(tmp_path, Plan(4_000, 0, 0, 1), doctored(tmp_path, "credulous")).doubled
