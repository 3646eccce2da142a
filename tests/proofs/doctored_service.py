"""A service with one safeguard gone, for the controls.

``doctored_service.py forgetful|credulous|waiting PORT``
"""

import asyncio
import sys

from apportion.config import RuntimeConfig
from apportion.runtime.machine_attempts import AttemptSide
from apportion.runtime.store_threads import StoreThreads
from apportion.service.server import serve
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings

DAMAGE, PORT = sys.argv[1], int(sys.argv[2])


def believe(self, event):
    """Take whatever a worker says, whoever has the task now."""
    self._books.answer(event.request)


if DAMAGE == "credulous":
    setattr(AttemptSide, "_stale", believe)  # noqa: B010 -- a method is no variable to type checkers


async def wait(self, call, *arguments):
    """Let everybody wait while the store writes."""
    return call(*arguments)


if DAMAGE == "waiting":
    setattr(StoreThreads, "write", wait)  # noqa: B010

settings = ServiceSettings(
    store=None if DAMAGE == "forgetful" else "tasks.db",
    port=PORT,
    runtime=RuntimeConfig(lease_seconds=2, heartbeat_interval=0.5),
)
announce = lambda address: print(f"listening on {address}, doctored", file=sys.stderr, flush=True)  # noqa: E731
asyncio.run(serve(Service(settings), announce))
