"""A service under load: a client that submits, workers that know nothing but the wire, and what each of them saw.

Whoever makes trouble does so at shares of the work, so that it always meets a busy service. In the end the ledgers are
held against what the service says.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread

import httpx

from apportion.client import Client, ClientConfig
from tests.acceptance.waiting import until
from tests.service.conftest import Process

HERE = Path(__file__).parent
PATIENCE = 120.0
AHEAD = 3_000
"""Tasks that the client is ahead of the workers: enough to do for all, and submits go on as long as the trouble."""


@dataclass
class Books:
    """What the ledgers and the service say in the end.

    Attributes:
        acknowledged: submits that were.
        finished: of these, tasks that succeeded.
        poison: of these, tasks put aside because workers died of them.
        lost: of these, all others.
        doubled: tasks whose success was acknowledged to more than one worker, or twice.
        again: tasks that were handed out more than once.
        refused: reports that were.
    """

    acknowledged: int = 0
    finished: int = 0
    poison: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    again: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Load:
    """How much is done, by whom.

    Attributes:
        tasks: how many are submitted.
        workers: how many work.
    """

    tasks: int
    workers: int = 6


class Scene:
    """A service, its workers, and a client that submits all the time.

    Args:
        folder: where the ledgers are.
        load: what is done.
        service: starts the service on a port, or on any free one for 0.
    """

    def __init__(self, folder: Path, load: Load, service: Callable[[int], Process]) -> None:
        self._folder = folder
        self._load = load
        self._service_of = service
        self.process = service(0)
        self._port = int(self.process.url.rpartition(":")[2])
        self.hands = [self._hand(number) for number in range(load.workers)]
        self.acknowledged: list[str] = []
        self._submitting = Thread(target=self._submit, daemon=True)
        self._submitting.start()

    def _submit(self) -> None:
        config = ClientConfig(patience=PATIENCE)
        with Client(self.process.url, config=config) as client:
            for number in range(self._load.tasks // 50):
                until(partial(self.has_done, 50 * number - AHEAD), within=10 * PATIENCE)
                handles = client.submit_many([{"task_type": "t"}] * 50)
                self.acknowledged += [handle.id for handle in handles]

    def _hand(self, number: int) -> subprocess.Popen[bytes]:
        program = [sys.executable, str(HERE / "plain_worker.py"), self.process.url, f"w{number}"]
        return subprocess.Popen([*program, str(self._folder / f"w{number}.txt")], stderr=subprocess.DEVNULL)

    # --- what is known meanwhile ------------------------------------------------------------------------------------

    def has_done(self, tasks: float) -> bool:
        """Whether so many were acknowledged to their workers."""
        return tasks <= 0 or sum(file.read_bytes().count(b"acked") for file in self._folder.glob("w*.txt")) >= tasks

    def holds(self, number: int) -> int:
        """Return how many tasks a worker holds, as the service sees it."""
        reply = self._get(f"/v1/workers/w{number}")
        return int(reply.json()["held"]) if reply.status_code == 200 else 0

    def metric(self, name: str) -> float:
        text = self._get("/metrics").text
        return next(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name + " "))

    def _get(self, path: str) -> httpx.Response:
        return httpx.get(self.process.url + path, timeout=30)

    def busy(self) -> bool:
        return self.metric('apportion_tasks{state="queued"}') + self.metric('apportion_tasks{state="assigned"}') > 0

    # --- trouble ----------------------------------------------------------------------------------------------------

    def play(self, troubles: Sequence[Callable[[], None]]) -> Books:
        """Make trouble, each at its share of the work; then wait until nothing is left to do, and count."""
        for number, trouble in enumerate(troubles, start=1):
            until(partial(self.has_done, self._load.tasks * 0.8 * number / (len(troubles) + 1)), within=10 * PATIENCE)
            until(self.busy, within=PATIENCE)  # trouble that meets a service with nothing to do shows nothing
            trouble()
        self._submitting.join()
        return self._books()

    def kill_worker(self, number: int) -> None:
        self.hands[number].kill()
        self.hands[number].wait()
        self.hands[number] = self._hand(number)

    def kill_service(self) -> None:
        self.process.kill()
        self.process = self._service_of(self._port)

    # --- the end ----------------------------------------------------------------------------------------------------

    def _books(self) -> Books:
        until(lambda: not self.busy(), within=PATIENCE)
        lines = [line for file in self._folder.glob("w*.txt") for line in file.read_text().splitlines()]
        acks = Counter(line.split()[1] for line in lines if line.startswith("acked"))
        found = Books(acknowledged=len(self.acknowledged))
        found.refused = sum(line.startswith("refused") for line in lines)
        found.doubled = [id for id, number in acks.items() if number > 1]
        found.again = len({line.split()[1] for line in lines if line.startswith("claimed") and line.split()[2] != "1"})
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
        for hand in self.hands:
            hand.kill()
            hand.wait()
        self.process.kill()
