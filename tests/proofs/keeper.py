"""A worker that holds one task through all the trouble, and beats; and how long it waits for answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from threading import Event, Thread

import httpx

from apportion.clock import monotonic_clock
from tests.acceptance.waiting import until
from tests.proofs.scene import PATIENCE

BETWEEN = 0.2  # seconds between two heartbeats


class Keeper:
    """A worker that holds one task all the time, and beats; so does somebody who looks.

    Attributes:
        waits: seconds that each heartbeat took.
        looks: seconds that each look at the workers took.
        lost: what it was told to stop.
    """

    def __init__(self, url: str) -> None:
        self.waits: list[float] = []
        self.looks: list[float] = []
        self.lost: list[str] = []
        self._client = httpx.Client(base_url=url, timeout=PATIENCE)
        self._over = Event()
        self._post("/v1/workers", {"id": "keeper", "capabilities": [], "max_capacity": 1})
        (self.held,) = until(lambda: self._post("/v1/workers/keeper/claim", {"wait": 5})["assignments"])
        doing = ((self._beat, self.waits), (self._look, self.looks))
        self._threads = [Thread(target=self._again, args=each, daemon=True) for each in doing]
        for thread in self._threads:
            thread.start()

    def _post(self, path: str, body: dict[str, object]) -> dict[str, list[dict[str, object]]]:
        answer: dict[str, list[dict[str, object]]] = self._client.post(path, json=body).raise_for_status().json()
        return answer

    def _again(self, ask: Callable[[], None], took: list[float]) -> None:
        while not self._over.is_set():
            began = monotonic_clock()
            ask()
            took.append(monotonic_clock() - began)
            self._over.wait(BETWEEN)

    def _beat(self) -> None:
        named = {"task_id": self.held["task_id"], "lease": self.held["lease"]}
        answer = self._post("/v1/workers/keeper/heartbeat", {"held": [named]})
        self.lost += [str(task) for task in answer["taken_back"]]

    def _look(self) -> None:
        self._client.get("/v1/workers").raise_for_status()

    def end(self) -> int:
        """Report what it held, and return what the service says to that."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        ended = {"worker_id": "keeper", "lease": self.held["lease"], "success": True}
        with closing(self._client):
            return self._client.post(f"/v1/tasks/{self.held['task_id']}/complete", json=ended).status_code


def shown(waits: list[float]) -> str:
    """Say how many answers there were, and how long they took."""
    ordered = sorted(waits)
    return f"{len(ordered)}, p50 {ordered[len(ordered) // 2]:.3f} s, longest {ordered[-1]:.3f} s"
