"""What the dashboard costs the service with 10,000 workers and a million tasks: ``python -m bench.dashboard [TASKS]``.

A store of that size is filled, a service is opened on it in this process, and each call of the dashboard is made many
times: the time of an answer as a page sees it, the processor time that it takes, and the longest stretch of that for
which nothing else could go on. Half of the tasks wait, the others have ended; a tenth of the workers are busy.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from apportion.cli.garbage import look_seldom_for_garbage
from apportion.clock import wall_clock
from apportion.config import RuntimeConfig
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import Insert
from apportion.service.app import build_app
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings
from apportion.stores.sqlite import SqliteStore

WORKERS = 10_000
ROUNDS = 20
OUT = Path("bench/out/dashboard.json")
NEEDS = TaskRequirements({"python"})
LACKING = TaskRequirements({"blender"})

CALLS = {
    "overview, first page": "/v1/overview",
    "overview, update": "/v1/overview?since={recent}",
    "fleet, sorted by load": "/v1/workers?limit=50&sort=load&descending=true",
    "fleet, searched": "/v1/workers?limit=50&search=worker-0099&sort=id",
    "worker": "/v1/workers/worker-00042",
    "worker, its history": "/v1/workers/worker-00042/history",
    "tasks, newest": "/v1/tasks?limit=50&brief=true&newest_first=true",
    "tasks, waiting": "/v1/tasks?limit=50&brief=true&newest_first=true&state=queued",
    "tasks, failed": "/v1/tasks?limit=50&brief=true&newest_first=true&state=failed",
    "tasks, a common type": "/v1/tasks?limit=50&brief=true&newest_first=true&task_type=type-7",
    "tasks, a type of one": "/v1/tasks?limit=50&brief=true&newest_first=true&task_type=rare",
    "task": "/v1/tasks/{waiting}",
    "task, its history": "/v1/tasks/{waiting}/history",
    "task that waits, explained": "/v1/tasks/{waiting}/explain",
    "task for nobody, explained": "/v1/tasks/{impossible}/explain",
    "decisions": "/v1/decisions?limit=100",
    "strategy": "/v1/strategy",
    "advice": "/v1/recommendations",
    "page": "/",
}


def task(number: int, state: TaskState) -> Task:
    kind = "rare" if number == 5 else f"type-{number % 40}"
    ended = state.final
    return Task(
        id=f"01900000-0000-7000-8000-{number:012}",
        task_type=kind,
        payload={"file": f"src/{number}.py"},
        requirements=NEEDS if number % 10 else LACKING,
        tenant=f"tenant-{number % 3}",
        state=state,
        attempt=int(ended),
        lease=int(ended),
        assigned_worker=f"worker-{number % WORKERS:05}" if ended else None,
        rank=float(number),
        created_at=wall_clock(),
        queued_at=wall_clock(),
        assigned_at=wall_clock() if ended else None,
        finished_at=wall_clock() if ended else None,
        error="exit code 1" if state is TaskState.FAILED else None,
        duration=1.5 if ended else None,
    )


def worker(number: int) -> WorkerInfo:
    return WorkerInfo(f"worker-{number:05}", {"python", f"skill-{number % 7}"}, 4 + number % 9)


def fill(path: str, tasks: int) -> None:
    store = SqliteStore(path)
    states = [TaskState.QUEUED, TaskState.SUCCEEDED, TaskState.QUEUED, TaskState.SUCCEEDED, TaskState.FAILED]
    for start in range(0, tasks, 20_000):
        numbers = range(start, min(tasks, start + 20_000))
        store.commit([Insert(task(number, states[4 if number % 100 == 1 else number % 4])) for number in numbers])
    store.close()


async def measure(path: str, tasks: int) -> dict[str, object]:
    look_seldom_for_garbage()  # as the command does
    config = RuntimeConfig(lease_seconds=3600.0)
    began = time.perf_counter()
    async with Service(ServiceSettings(store=path, runtime=config)) as service:
        opened = time.perf_counter() - began
        for start in range(0, WORKERS, 500):
            some = range(start, start + 500)
            await asyncio.gather(*(service.distributor.register(worker(number)) for number in some))
        claims = [service.distributor.claim(f"worker-{number:05}", None, 2, 0.0)[1] for number in range(0, WORKERS, 10)]
        await asyncio.gather(*claims)
        transport = httpx.ASGITransport(build_app(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8620") as client:
            await asyncio.sleep(3)
            waiting = task(tasks // 20 * 20 - 2, TaskState.QUEUED)  # near the end: nobody has taken it
            names = {"recent": wall_clock() - 10, "waiting": waiting.id, "impossible": task(10, TaskState.QUEUED).id}
            figures = {name: await timed(client, path.format(**names)) for name, path in CALLS.items()}
        look = []
        for _ in range(ROUNDS):
            start = time.process_time()
            service.board._look(service.distributor)
            look.append(1000 * (time.process_time() - start))
    return {"opened_seconds": round(opened, 2), "look_around_ms": round(statistics.median(look), 2), "calls": figures}


class Pulse:
    """Beats a thousand times a second, if the event loop lets it.

    Attributes:
        longest: seconds of its processor time that the loop worked between two beats.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.thread_time()
        self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.longest, self._last = max(self.longest, now - self._last), now

    def stop(self) -> None:
        self._beating.cancel()


async def timed(client: httpx.AsyncClient, path: str) -> dict[str, float]:
    waits, costs, size = [], [], 0
    pulse = Pulse()
    for _ in range(ROUNDS):
        await asyncio.sleep(0.003)  # a beat
        start, used = time.perf_counter(), time.process_time()
        answer = await client.get(path)
        waits.append(1000 * (time.perf_counter() - start))
        costs.append(1000 * (time.process_time() - used))
        assert answer.status_code == 200, (path, answer.text[:200])
        size = len(answer.content)
    pulse.stop()
    return {
        "median_ms": round(statistics.median(waits), 1),
        "worst_ms": round(max(waits), 1),
        "processor_ms": round(statistics.median(costs), 1),
        "held_ms": round(1000 * pulse.longest, 1),
        "kilobytes": round(size / 1000, 1),
    }


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with TemporaryDirectory(prefix="apportion-bench-") as folder:
        fill(f"{folder}/tasks.db", tasks)
        found = {"workers": WORKERS, "tasks": tasks, **asyncio.run(measure(f"{folder}/tasks.db", tasks))}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(
        f"{tasks:,} tasks, {WORKERS:,} workers; opened in {found['opened_seconds']} s; "
        f"looks around in {found['look_around_ms']} ms a second"
    )
    for name, each in found["calls"].items():
        print(
            f"  {name:27} {each['median_ms']:8} ms, worst {each['worst_ms']:8} ms, "
            f"processor {each['processor_ms']:7} ms, held {each['held_ms']:7} ms, {each['kilobytes']:8} kB"
        )


if __name__ == "__main__":
    main()
