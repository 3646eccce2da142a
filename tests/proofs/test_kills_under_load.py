"""`kill -9` of workers and of the service under load, and workers that were stopped past their lease.

The client and the workers each write down what they saw. At the end that is counted against what the service says:
acknowledged, finished, lost, doubled, refused. Under each control, one safeguard gone, the count must find it.
"""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread

import httpx
import pytest

from apportion.client import Client, ClientConfig
from tests.acceptance.waiting import until
from tests.service.conftest import Process

HERE = Path(__file__).parent
OPTIONS = ("--lease-seconds", "2", "--heartbeat-interval", "0.5")
WORKERS = 6
PATIENCE = 120.0


@dataclass(frozen=True)
class Plan:
    """How much is done, and how often somebody dies meanwhile."""

    tasks: int
    worker_kills: int
    service_kills: int
    zombies: int


@dataclass
class Books:
    """What the ledgers and the service say in the end."""

    acknowledged: int = 0
    finished: int = 0
    poison: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    refused: int = 0
    void: int = 0


class Scene:
    """A service, its workers, and a client that submits all the time."""

    def __init__(self, folder: Path, plan: Plan, service: Callable[[int], Process]) -> None:
        self._folder = folder
        self._plan = plan
        self._service_of = service
        self._rng = random.Random(1)
        self.process = service(0)
        self._port = int(self.process.url.rpartition(":")[2])
        self._hands = [self._hand(number) for number in range(WORKERS)]
        self.acknowledged: list[str] = []
        self.void = 0
        self._submitting = Thread(target=self._submit)
        self._submitting.start()

    def _submit(self) -> None:
        with Client(self.process.url, config=ClientConfig(patience=PATIENCE)) as client:
            for _ in range(self._plan.tasks // 50):
                handles = client.submit_many([{"task_type": "t"}] * 50)
                self.acknowledged += [handle.id for handle in handles]

    def _hand(self, number: int) -> subprocess.Popen[bytes]:
        line = [
            sys.executable,
            str(HERE / "plain_worker.py"),
            self.process.url,
            f"w{number}",
            str(self._folder / f"w{number}.txt"),
        ]
        return subprocess.Popen(line, stderr=subprocess.DEVNULL)

    def _ledgers(self) -> list[str]:
        return [line for file in self._folder.glob("w*.txt") for line in file.read_text().splitlines()]

    def _acked(self) -> int:
        return sum(line.startswith("acked") for line in self._ledgers())

    # --- trouble ----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Make trouble as the work goes on: each at its share of it, so that it always meets a busy service."""
        plan = self._plan
        kills: list[Callable[[], None]] = [self._kill_worker] * plan.worker_kills
        kills += [self._kill_service] * plan.service_kills
        self._rng.shuffle(kills)
        # Who is stopped has to hold something, and that is sure only while there is much to do.
        troubles = [self._stop_worker] * plan.zombies + kills
        for number, trouble in enumerate(troubles, start=1):
            until(partial(self._has_done, plan.tasks * 0.8 * number / (len(troubles) + 1)), within=PATIENCE)
            trouble()
        self._submitting.join()

    def _has_done(self, tasks: float) -> bool:
        return self._acked() >= tasks

    def _kill_worker(self) -> None:
        number = self._rng.randrange(WORKERS)
        self._hands[number].kill()
        self._hands[number].wait()
        self._hands[number] = self._hand(number)

    def _stop_worker(self) -> None:
        """Stop a worker that holds something, until all of that is another's."""
        (number,) = until(self._stopped, within=PATIENCE)
        until(lambda: not self._holds(number), within=PATIENCE)
        self._hands[number].send_signal(signal.SIGCONT)

    def _stopped(self) -> list[int]:
        number = self._rng.randrange(WORKERS)
        self._hands[number].send_signal(signal.SIGSTOP)
        if self._holds(number):
            return [number]
        self._hands[number].send_signal(signal.SIGCONT)
        return []

    def _holds(self, number: int) -> int:
        reply = httpx.get(f"{self.process.url}/v1/workers/w{number}", timeout=30)
        return int(reply.json()["held"]) if reply.status_code == 200 else 0

    def _kill_service(self) -> None:
        self.void += (
            self._metric('apportion_tasks{state="queued"}') + self._metric('apportion_tasks{state="assigned"}') == 0
        )
        self.process.kill()
        self.process = self._service_of(self._port)

    def _metric(self, name: str) -> float:
        text = httpx.get(f"{self.process.url}/metrics", timeout=30).text
        return next(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name + " "))

    # --- the end ----------------------------------------------------------------------------------------------------

    def books(self) -> Books:
        """Wait until nothing is left to do, and count."""
        until(lambda: self._metric('apportion_tasks{state="queued"}') == 0, within=PATIENCE)
        until(lambda: self._metric('apportion_tasks{state="assigned"}') == 0, within=PATIENCE)
        acks = Counter(line.split()[1] for line in self._ledgers() if line.startswith("acked"))
        found = Books(acknowledged=len(self.acknowledged), void=self.void)
        found.refused = sum(line.startswith("refused") for line in self._ledgers())
        found.doubled = [id for id, number in acks.items() if number > 1]
        with Client(self.process.url) as client:
            states = {task.id: task for task in client.tasks()}
        for id in self.acknowledged:
            task = states.get(id)
            if task is not None and task.state == "succeeded":
                found.finished += 1
            elif task is not None and task.state == "failed" and "poison" in (task.error or ""):
                found.poison += 1
            else:
                found.lost.append(id)
        return found

    def close(self) -> None:
        for hand in self._hands:
            hand.kill()
            hand.wait()
        self.process.kill()


def played(folder: Path, plan: Plan, service: Callable[[int], Process]) -> Books:
    scene = Scene(folder, plan, service)
    try:
        scene.run()
        return scene.books()
    finally:
        scene.close()


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Plan(6_000, 60, 20, 1), marks=[pytest.mark.proof, pytest.mark.timeout(600)], id="ci"),
        pytest.param(
            Plan(100_000, 2_000, 1_000, 200), marks=[pytest.mark.long, pytest.mark.timeout(36_000)], id="long"
        ),
    ],
)
def test_nothing_is_lost_and_nothing_completed_twice(tmp_path, plan):
    books = played(tmp_path, plan, lambda port: Process(tmp_path, "--port", str(port), *OPTIONS))
    print(books)
    assert books.void == 0, "the service had nothing to do when it was killed: this shows nothing"
    assert books.acknowledged == plan.tasks
    assert (books.lost, books.doubled) == ([], [])
    assert books.finished + books.poison == plan.tasks


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
