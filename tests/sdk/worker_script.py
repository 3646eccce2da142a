"""A worker for tests: ``worker_script.py URL LEDGER [id=…] [capacity=…] [grace=…]``.

Its handlers write down what they do, a line each: verb, task, attempt, process.
"""

import asyncio
import ctypes
import logging
import os
import sys
from threading import Event

from apportion.worker import Busy, Fatal, Task, Worker, WorkerConfig

URL, LEDGER, *WORDS = sys.argv[1:] if len(sys.argv) > 2 else ["http://127.0.0.1:1", os.environ.get("LEDGER", "")]
os.environ["LEDGER"] = LEDGER
SAID = dict(word.split("=", 1) for word in WORDS)
NEVER = Event()

worker = Worker(
    URL,
    capabilities={"python"},
    max_capacity=float(SAID.get("capacity", "4")),
    id=SAID.get("id"),
    labels={"zone": "eu"},
    config=WorkerConfig(grace=float(SAID["grace"]) if "grace" in SAID else None, claim_wait=5),
)


def note(verb: str, task: Task) -> None:
    line = f"{verb} {task.id} {task.attempt} {os.getpid()}\n"
    with open(LEDGER, "ab", buffering=0) as ledger:  # noqa: PTH123 -- one write, so that lines do not mix
        ledger.write(line.encode())


@worker.handler("echo")
def echo(task: Task):
    note("ran", task)
    return {"payload": task.payload, "type": task.task_type, "attempt": task.attempt, "by": task.worker_id}


@worker.handler("trace")
def trace(task: Task):
    return task.traceparent


@worker.handler("until")
def until(task: Task):
    """Run until a file is there, or the result is not wanted any more."""
    note("began", task)
    while not os.path.exists(task.payload):  # noqa: PTH110
        if task.cancelled:
            note("cancelled", task)
            return "not wanted"
        NEVER.wait(0.02)
    note("ended", task)
    return "there"


@worker.handler("coroutine")
async def coroutine(task: Task):
    note("began", task)
    try:
        async with asyncio.timeout(task.payload):
            await asyncio.Event().wait()
    except TimeoutError:
        return "waited"
    except asyncio.CancelledError:
        note("cancelled", task)
        raise


@worker.handler("process", executor="process")
def in_process(task: Task):
    note("began", task)
    if task.payload == "hang":
        NEVER.wait()
    return os.getpid()


@worker.handler("hog")
def hog(task: Task):
    """Hold the interpreter for so many seconds in one call into C: no thread of this process runs meanwhile."""
    note("began", task)
    ctypes.PyDLL(None).usleep(int(task.payload * 1_000_000))
    return "let go"


@worker.handler("busy-loop")
def busy_loop(task: Task):
    """Compute in Python for a while."""
    note("began", task)
    number = 0
    for _ in range(int(task.payload * 1_000_000)):
        number += 1
    return number


@worker.handler("busy")
def busy(task: Task):
    note("ran", task)
    if task.attempt == 1:
        raise Busy(0.1)
    return task.attempt


@worker.handler("fatal")
def fatal(task: Task):
    note("ran", task)
    raise Fatal("never")


@worker.handler("raises")
def raises(task: Task):
    note("ran", task)
    raise ValueError(task.payload)


@worker.handler("returns")
def returns(task: Task):
    return {"set": {1}, "nan": float("nan"), "big": "x" * 300_000}[task.payload]


worker.command_handler("command")
worker.allow_commands()

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    worker.run()
