"""Alerts are made to fire: a real Prometheus watches a real service that is brought into trouble.

A minute of the rules is a second here; nothing else about them is changed.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.test_watching import ALERTS
from tests.service.conftest import Process

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs prometheus: make services"),
]

BROKEN = """
import asyncio, sys
from apportion.service.server import serve
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings

class Broken:
    name = "broken"

    def select_worker(self, task, workers, context):
        raise RuntimeError("on purpose")

async def main():
    service = Service(ServiceSettings(store="tasks.db", port=0))
    service.distributor.balancer.register_strategy(Broken())
    service.distributor.balancer.set_strategy("broken")
    await serve(service, lambda address: print(f"listening on {address}, broken", file=sys.stderr, flush=True))

asyncio.run(main())
"""


class Watch:
    """A real Prometheus that collects twice a second."""

    def __init__(self, folder: Path, target: str) -> None:
        folder.mkdir()
        rules = re.sub(r"\b(\d+)m\b", r"\1s", ALERTS.read_text(encoding="utf-8")).replace("> 900", "> 15")
        (folder / "alerts.yml").write_text(rules, encoding="utf-8")
        jobs = [{"job_name": "apportion", "static_configs": [{"targets": [target.removeprefix("http://")]}]}]
        config = {
            "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms", "evaluation_interval": "500ms"},
            "rule_files": ["alerts.yml"],
            "scrape_configs": jobs,
        }
        (folder / "prometheus.yml").write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        line = [
            "prometheus",
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address={address}",
        ]
        self.popen = subprocess.Popen(line, cwd=folder, stderr=subprocess.DEVNULL)
        self.url = f"http://{address}"

    def ready(self) -> bool:
        """Return whether it can be asked: it listens before that, answering 503 to everything."""
        return httpx.get(f"{self.url}/-/ready").is_success

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    def firing(self) -> set[str]:
        alerts = httpx.get(f"{self.url}/api/v1/alerts").json()["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def collects(self) -> bool:
        """Return whether it has seen the service; what grew before that is no growth to it."""
        found = httpx.get(f"{self.url}/api/v1/query", params={"query": 'up{job="apportion"} == 1'}).json()
        return bool(found["data"]["result"])

    def rounds(self) -> float:
        """Return how often the rules were looked at."""
        text = httpx.get(f"{self.url}/metrics").text
        found = re.search(r"^prometheus_rule_group_iterations_total\{.*\} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0


def until(happens: Callable[[], Any]) -> None:
    """Wait until something is so, as long as the test may take."""
    while True:
        with suppress(httpx.TransportError):  # it is starting
            if happens():
                return


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., tuple[Process, httpx.Client, Watch]]]:
    opened: list[Any] = []
    clients: list[httpx.Client] = []

    def start(*options: str, **how: Any) -> tuple[Process, httpx.Client, Watch]:
        process = Process(tmp_path, *options, **how)
        opened.append(process)
        watch = Watch(tmp_path / "watch", process.url)
        opened.append(watch)
        until(watch.ready)
        client = httpx.Client(base_url=process.url, timeout=30)
        clients.append(client)
        return process, client, watch

    yield start
    for client in clients:
        client.close()
    for each in reversed(opened):
        each.kill()


def register(client: httpx.Client, id: str = "w", capacity: float = 5) -> None:
    worker = {"id": id, "capabilities": [], "max_capacity": capacity}
    client.post("/v1/workers", json=worker).raise_for_status()


def submit(client: httpx.Client, number: int = 1, **fields: Any) -> None:
    client.post("/v1/tasks", json=[{"task_type": "t", **fields}] * number).raise_for_status()


def claim(client: httpx.Client, most: int, id: str = "w") -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = client.post(f"/v1/workers/{id}/claim", json={"max": most, "wait": 5}).json()[
        "assignments"
    ]
    return answer


def finish(client: httpx.Client, assignments: list[dict[str, Any]], *, success: bool) -> None:
    completions = [{"task_id": each["task_id"], "lease": each["lease"], "success": success} for each in assignments]
    client.post("/v1/workers/w/complete", json={"completions": completions}).raise_for_status()


def test_a_healthy_service_wakes_nobody(watched):
    _, client, watch = watched()
    register(client)
    until(watch.rounds)
    while watch.rounds() < 40:
        submit(client, 5)
        finish(client, claim(client, 5), success=True)
        assert watch.firing() == set()


def test_nobody_works(watched):
    _, client, watch = watched()
    submit(client)
    until(lambda: watch.firing() == {"ApportionNobodyWorks"})


def test_the_service_is_gone(watched):
    process, _, watch = watched()
    until(watch.collects)
    process.popen.kill()
    until(lambda: watch.firing() == {"ApportionDown"})


def test_the_queue_grows_while_all_are_full(watched):
    _, client, watch = watched()
    register(client, capacity=1)
    submit(client, 101)
    claim(client, 1)

    def more() -> bool:
        submit(client)
        client.post("/v1/workers/w/heartbeat", json={})
        return "ApportionQueueGrows" in watch.firing()

    until(more)


def test_tasks_are_stuck_while_workers_are_free(watched):
    _, client, watch = watched()
    register(client)
    submit(client, requirements={"capabilities": ["gpu"]})

    def still() -> bool:
        client.post("/v1/workers/w/heartbeat", json={})
        return "ApportionTasksStuck" in watch.firing()

    until(still)


def test_a_type_fails(watched):
    _, client, watch = watched("--retry-backoff", "0")
    register(client)

    def fail() -> bool:
        submit(client, 5, max_attempts=1)
        finish(client, claim(client, 5), success=False)
        return "ApportionTypeFails" in watch.firing()

    until(fail)


def test_leases_are_lost(watched):
    _, client, watch = watched("--lease-seconds", "1", "--heartbeat-interval", "0.3")
    register(client)
    register(client, "other", capacity=0.5)
    until(watch.collects)
    submit(client, 5)
    claim(client, 5)
    until(lambda: client.post("/v1/workers/other/heartbeat", json={}) and "ApportionLeasesLost" in watch.firing())


def test_submits_are_refused(watched):
    _, client, watch = watched("--max-queued", "1")
    register(client)
    submit(client)

    def another() -> bool:
        assert client.post("/v1/tasks", json={"task_type": "t"}).status_code == 429
        return "ApportionRefuses" in watch.firing()

    until(another)


def test_the_store_is_in_trouble(watched):
    # A file may not grow beyond that: what a full disk is to the store.
    limited = ["bash", "-c", 'ulimit -f 400; exec "$0" "$@"']
    _, client, watch = watched(under=limited)
    register(client)

    def fill() -> bool:
        client.post("/v1/tasks", json={"task_type": "t", "payload": "x" * 100_000})
        return "ApportionStoreInTrouble" in watch.firing()

    until(fill)


def test_the_strategy_fails(watched, tmp_path):
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    _, client, watch = watched(line=[sys.executable, "broken.py"])
    register(client)

    def place() -> bool:
        submit(client)
        client.post("/v1/workers/w/claim", json={"max": 1})
        return "ApportionStrategyFails" in watch.firing()

    until(place)
