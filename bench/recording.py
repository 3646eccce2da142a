"""What recording decisions costs, and what shadows cost, of processor time and of disk.

``python -m bench.recording [--tasks N] [--folder FOLDER]`` runs no-op tasks on five workers of an embedded distributor,
with a SQLite file that lies in FOLDER: without a record, with one, and with shadows. The cases take turns, and medians
of processor time are shown, so that a busy machine disturbs all of them alike.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from apportion import TaskDistributor, WorkerInfo
from apportion.clock import fresh_random
from apportion.config import RuntimeConfig

OUT = Path(__file__).parent / "out"
ROUNDS = 5
CASES = {
    "nothing recorded": RuntimeConfig(keep_decisions=0),
    "decisions recorded": RuntimeConfig(),
    "and a shadow, least-loaded": RuntimeConfig(shadow=("least-loaded",)),
    "and a shadow, adaptive": RuntimeConfig(shadow=("adaptive",)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=3_000, help="no-op tasks a round (%(default)s)")
    parser.add_argument("--folder", help="where the stores lie (a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        rows = asyncio.run(measure(Path(folder), arguments.tasks))
    OUT.mkdir(exist_ok=True)
    (OUT / "recording.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for row in rows:
        print(f"{row['case']:28} {row['us a task']:6.0f} us of processor a task  {row['bytes a task']:6.0f} bytes")


async def measure(folder: Path, number: int) -> list[dict[str, Any]]:
    """Return a row for each case."""
    spent: dict[str, list[float]] = {name: [] for name in CASES}
    size: dict[str, float] = {}
    for place in range(ROUNDS):
        for name, config in CASES.items():
            store = folder / f"{place}-{name}.db"
            spent[name].append(await once(store, config, number))
            size[name] = store.stat().st_size / number
    return [{"case": name, "us a task": median(spent[name]), "bytes a task": size[name]} for name in CASES]


async def once(store: Path, config: RuntimeConfig, number: int) -> float:
    """Return microseconds of processor time a task."""

    async def nothing(_payload: object) -> None: ...

    async with TaskDistributor.open(store, config=config, rng=fresh_random(1)) as distributor:
        for worker in range(5):
            distributor.add_local_worker(WorkerInfo(f"w{worker}", (), 8), handlers={"nothing": nothing})
        began = process_time()
        await distributor.submit_many([{"task_type": "nothing", "payload": None}] * number)
        await distributor.join()
        return (process_time() - began) / number * 1e6


if __name__ == "__main__":
    main()
