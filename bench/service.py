"""How fast the service is: durable no-op tasks through HTTP with remote workers, and the way from submit to start.

``python -m bench.service [--tasks N] [--workers N] [--folder FOLDER]`` prints one JSON object a line, and keeps them in
bench/out. The service, the client and each worker are processes of their own and share the machine's cores. A worker
claims up to 200 tasks, does nothing, and reports them in one call; the client submits 500 at a time.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import Any

from apportion.clock import stopwatch

OUT = Path(__file__).parent / "out"
ADDRESS = re.compile(r"listening on http://([\d.]+):(\d+),")
SUBMITTED, CLAIMED = 500, 200
LATENCIES = 300
ROUNDS = 3


class Caller:
    """One kept connection."""

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port)

    def __call__(self, path: str, body: Any) -> Any:
        self._connection.request("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        reply = self._connection.getresponse()
        said = reply.read()
        if reply.status >= 300:
            raise RuntimeError(f"{path}: {reply.status} {said[:200]!r}")
        return json.loads(said)


def work(host: str, port: int, name: str, done: Any, wanted: int) -> None:
    call = Caller(host, port)
    call("/v1/workers", {"id": name, "capabilities": [], "max_capacity": 1000})
    while done.value < wanted:
        tasks = call(f"/v1/workers/{name}/claim", {"max": CLAIMED, "wait": 0.2})["assignments"]
        endings = [{"task_id": task["task_id"], "lease": task["lease"], "success": True} for task in tasks]
        if endings:
            ended = call(f"/v1/workers/{name}/complete", {"completions": endings})["completions"]
            with done.get_lock():
                done.value += sum(each["status"] == 200 for each in ended)


def measured_throughput(host: str, port: int, tasks: int, workers: int) -> float:
    context = get_context("spawn")
    done = context.Value("q", 0)
    hands = [context.Process(target=work, args=(host, port, f"w{number}", done, tasks)) for number in range(workers)]
    for hand in hands:
        hand.start()
    call = Caller(host, port)
    began = stopwatch()
    for start in range(0, tasks, SUBMITTED):
        call("/v1/tasks", [{"task_type": "no-op", "payload": {"n": start}}] * min(SUBMITTED, tasks - start))
    for hand in hands:
        hand.join()
    return tasks / (stopwatch() - began)


def measured_latency(host: str, port: int) -> dict[str, float]:
    """Submit one task at a time to an idle service; it has started when its worker has read it."""
    submit, claim = Caller(host, port), Caller(host, port)
    claim("/v1/workers", {"id": "idle", "capabilities": ["idle"], "max_capacity": 10})
    taken: list[float] = []
    for _ in range(LATENCIES):
        started: list[float] = []

        def take(started: list[float] = started) -> None:
            (task,) = claim("/v1/workers/idle/claim", {"max": 1, "wait": 30})["assignments"]
            started.append(stopwatch())
            ending = {"task_id": task["task_id"], "lease": task["lease"], "success": True}
            claim("/v1/workers/idle/complete", {"completions": [ending]})

        taker = threading.Thread(target=take, daemon=True)
        taker.start()
        _until_it_asks(host, port)
        began = stopwatch()
        submit("/v1/tasks", {"task_type": "no-op", "requirements": {"capabilities": ["idle"]}})
        taker.join()
        taken.append((started[0] - began) * 1000)
    cuts = quantiles(taken, n=100)
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}


def _until_it_asks(host: str, port: int) -> None:
    """A few calls take longer than a claim needs to arrive."""
    call = Caller(host, port)
    for _ in range(5):
        call("/v1/explain", {"capabilities": ["idle"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the store is made; by default where temporary files are")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = [{"bench": "service", "cores": os.cpu_count(), "load_before": os.getloadavg()[0]}]
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        command = [sys.executable, "-m", "apportion", "serve", "--port", "0", "--store", f"{name}/tasks.db"]
        service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert service.stderr is not None
        try:
            found = next(found for line in service.stderr if (found := ADDRESS.search(line)))
            host, port = found[1], int(found[2])
            rows.append({"submit_to_start_ms": measured_latency(host, port)})
            rates = [round(measured_throughput(host, port, options.tasks, options.workers)) for _ in range(ROUNDS)]
            rows.append({"tasks": options.tasks, "workers": options.workers, "tasks_per_second": rates})
        finally:
            service.terminate()
            service.communicate()
    for row in rows:
        print(json.dumps(row), flush=True)
    OUT.mkdir(exist_ok=True)
    (OUT / "service.json").write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
