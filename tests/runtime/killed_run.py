"""A run that is killed: submits and does tasks until then. Run as a script: ``killed_run.py STORE LEDGER COUNT``."""

from __future__ import annotations

import asyncio
import os
import sys

from apportion.assemble import TaskDistributor
from apportion.config import RuntimeConfig
from apportion.model.worker import WorkerInfo


def ledger(path: str):
    """Return a handler that writes a line for each run of a task, before it ends."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def note(payload: object) -> object:
        os.write(descriptor, f"{payload}\n".encode())
        await asyncio.to_thread(os.fsync, descriptor)  # long enough to be killed in the middle
        return payload

    return note


async def main(store: str, path: str, count: int) -> None:
    """Submit tasks, a line on standard output for each one that was acknowledged, and do them."""
    async with TaskDistributor.open(store, config=RuntimeConfig(retry_backoff=0.0)) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 8), {"t": ledger(path)})

        async def submit(number: int) -> None:
            await distributor.submit("t", number, id=f"t{number}", max_attempts=1)
            os.write(1, f"t{number}\n".encode())

        for start in range(0, count, 10):
            await asyncio.gather(*map(submit, range(start, start + 10)))
        await distributor.join()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
