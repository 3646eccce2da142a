"""The embedded runtime end to end: no-op tasks a second, what one costs, and how long an idle one takes to start.

``python -m bench.embedded [--tasks N] [--folder FOLDER]`` keeps tasks in a SQLite file that lies in FOLDER, each submit
and each completion on disk before it is acknowledged. Submitted many at once, and for the latency one at a time. What a
task costs is processor time, of all threads and of the one that decides: it can be compared on a busy machine too.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import process_time, thread_time
from typing import Any

from apportion import TaskDistributor, WorkerInfo
from apportion.clock import stopwatch

OUT = Path(__file__).parent / "out"
ROUNDS = 3
PINGS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=5_000, help="no-op tasks a round (%(default)s)")
    parser.add_argument("--folder", help="where the store lies (a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        rows = asyncio.run(measure(Path(folder), arguments.tasks))
    OUT.mkdir(exist_ok=True)
    (OUT / "embedded.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for row in rows:
        print(
            "  ".join(f"{key} {value:,.2f}" if isinstance(value, float) else str(value) for key, value in row.items())
        )


async def measure(folder: Path, number: int) -> list[dict[str, Any]]:
    """Return a row for each kind of handler, and one for latency."""
    rows = [await throughput(folder / f"{name}.db", name, number) for name in ("coroutine", "thread")]
    return [*rows, await latency(folder / "latency.db")]


async def throughput(store: Path, name: str, number: int) -> dict[str, Any]:
    """Submit so many tasks at once and wait until all are done, three times."""

    async def nothing(_payload: object) -> None: ...

    def nothing_in_a_thread(_payload: object) -> None: ...

    handler = nothing if name == "coroutine" else nothing_in_a_thread
    rates: list[float] = []
    spent: list[float] = []
    spent_here: list[float] = []
    async with TaskDistributor.open(store) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 64), handlers={"nothing": handler})
        for _ in range(ROUNDS):
            start, all_threads, this_one = stopwatch(), process_time(), thread_time()
            await distributor.submit_many([{"task_type": "nothing", "payload": None}] * number)
            await distributor.join()
            rates.append(number / (stopwatch() - start))
            spent.append((process_time() - all_threads) / number * 1e6)
            spent_here.append((thread_time() - this_one) / number * 1e6)
    return {
        "case": f"no-op {name}s, durable",
        "tasks/s median": median(rates),
        "best": max(rates),
        "processor us a task": median(spent),
        "of the main thread": median(spent_here),
    }


async def latency(store: Path) -> dict[str, Any]:
    """Submit one task at a time to an idle runtime."""
    started = 0.0

    async def ping(_payload: object) -> None:
        nonlocal started
        started = stopwatch()

    seen: list[float] = []
    async with TaskDistributor.open(store) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 4), handlers={"ping": ping})
        for _ in range(PINGS):
            start = stopwatch()
            handle = await distributor.submit("ping")
            await handle.wait()
            seen.append((started - start) * 1e3)
    return {"case": "submit to start, idle, ms", "p50": median(seen), "p99": quantiles(seen, n=100)[-1]}


if __name__ == "__main__":
    main()
