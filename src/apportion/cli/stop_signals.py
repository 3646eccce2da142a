"""Ctrl-C and its relatives: the first asks a run to end, the second insists."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

from apportion.batch.stop import Stop

# A terminal that is closed and a service manager that stops want the same as Ctrl-C.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_on_signals(stop: Stop, tell: Callable[[str], None]) -> Generator[None]:
    """Pass the signals on to ``stop`` while the context lasts; ``tell`` says to the user what happens next."""
    loop = asyncio.get_running_loop()

    def asked() -> None:
        first = not stop.asked.is_set()
        stop.ask()
        tell("ending the running commands; press Ctrl-C again to kill them at once" if first else "killing them")

    for number in SIGNALS:
        loop.add_signal_handler(number, asked)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
