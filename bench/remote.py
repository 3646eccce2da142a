"""How fast tasks go through the service with the SDK's client and workers, and the way from submit to start and result.

``python -m bench.remote [--tasks N] [--workers N] [--folder FOLDER]`` prints one JSON object a line, and keeps them in
bench/out. The service, the client and each worker are processes of their own and share the machine's cores. Handlers do
nothing; every submit and every completion is on disk before it is acknowledged. A rate is the number of tasks divided
by the time from the first submit until the client has seen all of them ended.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil

from apportion.client import Client
from apportion.clock import stopwatch

OUT = Path(__file__).parent / "out"
ADDRESS = re.compile(r"listening on (http://[\d.]+:\d+),")
SUBMITTED = 1000
LATENCIES = 300
ROUNDS = 3


@contextmanager
def service(folder: str) -> Iterator[str]:
    """Run a service, and yield its address."""
    command = [sys.executable, "-m", "apportion", "serve", "--port", "0", "--store", f"{folder}/tasks.db"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield next(found[1] for line in process.stderr if (found := ADDRESS.search(line)))
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def workers(url: str, number: int, kind: str) -> Iterator[None]:
    """Run workers, and yield once all are registered."""
    command = [sys.executable, "-m", "bench.remote", "--be-a-worker", url, kind]
    hands = [subprocess.Popen(command, cwd=Path(__file__).parents[1]) for _ in range(number)]
    try:
        with Client(url) as client:
            while len(client.workers()) < number:
                pass
        yield
    finally:
        for hand in hands:
            hand.terminate()
        for hand in hands:
            hand.wait()


def be_a_worker(url: str, kind: str) -> None:
    from apportion.worker import Task, Worker

    worker = Worker(url, max_capacity=1000 if kind == "coroutine" else 200)
    if kind == "coroutine":

        @worker.handler("no-op")
        async def awaited(task: Task) -> None:
            """Do nothing."""

        @worker.handler("beacon")
        async def beacon(task: Task) -> None:
            send(task.payload)

    else:

        @worker.handler("no-op")
        def called(task: Task) -> None:
            """Do nothing."""

        @worker.handler("beacon")
        def send_beacon(task: Task) -> None:
            send(task.payload)

    worker.run()


def send(path: str) -> None:
    """Say that a task has started: a datagram, which no queue is involved in."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.sendto(b"1", path)


def throughput(url: str, tasks: int) -> float:
    with Client(url) as client:
        began = stopwatch()
        handles = []
        for start in range(0, tasks, SUBMITTED):
            numbers = range(start, min(tasks, start + SUBMITTED))
            handles += client.submit_many([{"task_type": "no-op", "payload": {"n": n}} for n in numbers])
        ended = client.wait_all(handles, timeout=120)
        assert {task.state for task in ended} == {"succeeded"}
        return tasks / (stopwatch() - began)


def latency(url: str, folder: str) -> dict[str, dict[str, float]]:
    path = f"{folder}/beacon"
    started: list[float] = []
    known: list[float] = []
    with Client(url) as client, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.bind(path)
        own.settimeout(30)
        for _ in range(LATENCIES):
            began = stopwatch()
            task = client.submit("beacon", path)
            own.recv(8)
            started.append((stopwatch() - began) * 1000)
            task.result(timeout=30)
            known.append((stopwatch() - began) * 1000)
    return {"submit_to_start_ms": spread(started), "submit_to_result_ms": spread(known)}


def cpu_seconds() -> dict[str, float]:
    """Return how long this process and its children have computed, by what they are: that depends little on others."""
    spent = dict.fromkeys(("client", "service", "workers", "keepers"), 0.0)
    me = psutil.Process()
    for each in (me, *me.children(recursive=True)):
        words = " ".join(each.cmdline())
        kind = "keepers" if "keeper_process" in words else "service" if " serve " in words else "workers"
        times = each.cpu_times()
        spent["client" if each == me else kind] += times.user + times.system
    return spent


def spread(taken: list[float]) -> dict[str, float]:
    cuts = quantiles(taken, n=100)
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the store is made; by default where temporary files are")
    parser.add_argument("--be-a-worker", nargs=2, metavar=("URL", "KIND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be_a_worker:
        be_a_worker(*options.be_a_worker)
        return
    rows: list[dict[str, Any]] = [{"bench": "remote", "cores": os.cpu_count(), "load_before": os.getloadavg()[0]}]
    for kind in ("thread", "coroutine"):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder, service(folder) as url:
            with workers(url, 1, kind):
                rows.append({"handlers": kind, **latency(url, folder)})
            with workers(url, options.workers, kind):
                before = cpu_seconds()
                rates = [round(throughput(url, options.tasks)) for _ in range(ROUNDS)]
                number = options.tasks * ROUNDS
                cpu = {name: round((spent - before[name]) / number * 1e6) for name, spent in cpu_seconds().items()}
            row = {"handlers": kind, "tasks": options.tasks, "workers": options.workers, "tasks_per_second": rates}
            rows.append({**row, "median": median(rates), "cpu_us_per_task": cpu})
    for row in rows:
        print(json.dumps(row), flush=True)
    OUT.mkdir(exist_ok=True)
    (OUT / "remote.json").write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
