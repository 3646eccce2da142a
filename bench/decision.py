"""How long a choice takes, and how little that depends on the size of the fleet.

``python -m bench.decision [--sizes 10,100,...] [--rounds N]`` measures in turn within each round, so that a machine
that drifts does so for all: the plain loop; `select_worker` of each strategy on a pool; the whole cycle (select,
reserve, feedback, release); and `reorder_queue` of 1,000 tasks on 1,000 workers. Where the references of
``../shared/bench/peers`` are there, they run in the same process. Medians over the rounds; ratios are what counts.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from apportion import LoadBalancer, QueuedTask, TaskRequirements, WorkerPool
from apportion.clock import stopwatch
from bench import fleet, plain_loop

PEERS = Path(__file__).parents[2] / "shared" / "bench" / "peers"
OUT = Path(__file__).parent / "out"
WARM_UP = 3_000
CALLS = 1_000
PLAIN_CALLS = {10: 1_000, 100: 1_000, 1_000: 300, 10_000: 60, 100_000: 6}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000,10000,100000", help="fleet sizes (%(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds; the median is told (%(default)s)")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    contests = {size: list(contestants(size)) for size in sizes}
    rows = measure(contests, arguments.rounds) + plan_row(arguments.rounds)
    report(rows, sizes)
    OUT.mkdir(exist_ok=True)
    path = OUT / "decision.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(f"\ndata: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


def contestants(size: int) -> Iterator[tuple[str, Callable[[TaskRequirements], Any], int]]:
    """Yield name, what is timed for a task, and how many calls a round makes."""
    workers = fleet.workers(size)
    plain = [plain_loop.plain(worker) for worker in workers]
    yield "plain loop", lambda task: plain_loop.select(plain, task), PLAIN_CALLS.get(size, 60)
    yield from references(size)
    for name in LoadBalancer().get_available_strategies():
        balancer, pool = LoadBalancer(rng=Random(1)), WorkerPool(workers)
        balancer.set_strategy(name)
        cycle = whole_cycle(balancer, pool, Random(2))
        for task in fleet.tasks() * (WARM_UP // 1_000):
            cycle(task)
        yield f"{name}, select", lambda task, b=balancer, p=pool: b.select_worker(task, p), CALLS
        yield f"{name}, whole cycle", cycle, CALLS


def whole_cycle(balancer: LoadBalancer, pool: WorkerPool, random: Random) -> Callable[[TaskRequirements], None]:
    """Return what a task costs from choice to release."""

    def cycle(task: TaskRequirements) -> None:
        worker = balancer.select_worker(task, pool)
        if worker is not None:
            pool.reserve(worker.id, task.complexity)
            balancer.update_context(worker.id, task.task_type, success=True, duration=random.random() + 0.5, task=task)
            pool.release(worker.id, task.complexity)

    return cycle


def references(size: int) -> Iterator[tuple[str, Callable[[TaskRequirements], Any], int]]:
    """Yield the loop of the shared peer benchmarks, where they are there."""
    if not (PEERS / "decision" / "naive_python.py").exists():
        return
    for folder in ("common", "decision"):
        sys.path.insert(0, str(PEERS / folder))
    naive, workload = importlib.import_module("naive_python"), importlib.import_module("workload")
    workers = [naive.Worker(worker) for worker in workload.make(size, 1)[0]]
    yield (
        "peers' naive_python",
        lambda task: naive.select(workers, task.capabilities, task.complexity, task.task_type),
        PLAIN_CALLS.get(size, 60),
    )


def measure(contests: dict[int, list[Any]], rounds: int) -> list[dict[str, Any]]:
    """Time everybody in turn, round after round."""
    tasks = fleet.tasks()
    times: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for number in range(rounds):
        print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        for size, entries in contests.items():
            for name, call, calls in entries:
                times.setdefault((name, size), []).append(timed(call, tasks, calls))
    print(file=sys.stderr)
    return [
        {"case": name, "workers": size, "median_us": median(m for m, _ in seen), "p99_us": median(p for _, p in seen)}
        for (name, size), seen in times.items()
    ]


def timed(call: Callable[[Any], Any], tasks: list[TaskRequirements], calls: int) -> tuple[float, float]:
    """Return median and 99th percentile of a call's time in microseconds."""
    seen: list[float] = []
    for number in range(calls):
        task = tasks[number % len(tasks)]
        start = stopwatch()
        call(task)
        seen.append((stopwatch() - start) * 1e6)
    return median(seen), quantiles(seen, n=100)[-1]


def plan_row(rounds: int) -> list[dict[str, Any]]:
    """Time a plan of 1,000 tasks on 1,000 workers."""
    random = Random(3)
    queue = [QueuedTask(f"t{number}", task) for number, task in enumerate(fleet.tasks())]
    pool = WorkerPool(fleet.workers(1_000))
    rows: list[dict[str, Any]] = []
    for name in ("adaptive", "least-loaded"):
        balancer = LoadBalancer(rng=random)
        balancer.set_strategy(name)
        balancer.reorder_queue(queue, pool)
        seen: list[float] = []
        for _ in range(rounds):
            start = stopwatch()
            balancer.reorder_queue(queue, pool)
            seen.append((stopwatch() - start) * 1e6)
        rows.append(
            {
                "case": f"{name}, reorder_queue of 1,000",
                "workers": 1_000,
                "median_us": median(seen),
                "p99_us": max(seen),
            }
        )
    return rows


def report(rows: list[dict[str, Any]], sizes: list[int]) -> None:
    """Print the medians, beside the plain loop of the same size and beside the smallest fleet."""
    at = {(row["case"], row["workers"]): row["median_us"] for row in rows}
    for case in dict.fromkeys(row["case"] for row in rows):
        print(f"\n{case}")
        for size in sizes:
            if (case, size) not in at:
                continue
            line = f"  {size:>7,} workers  {at[case, size]:>10,.2f} µs"
            if "plain" not in case and ("plain loop", size) in at and "reorder" not in case:
                line += f"   plain loop ÷ this {at['plain loop', size] / at[case, size]:>7.2f}"
            if (case, sizes[0]) in at and size != sizes[0]:
                line += f"   this ÷ {sizes[0]} workers {at[case, size] / at[case, sizes[0]]:>7.2f}"
            print(line)


if __name__ == "__main__":
    main()
