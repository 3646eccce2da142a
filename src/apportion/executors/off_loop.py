"""A short wait off the event loop, in a thread that nobody else can keep busy."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def off_loop(function: Callable[..., T], *arguments: object) -> T:
    """Call a function in a thread of its own, and return what it returns.

    `asyncio.to_thread` has few threads, and whoever blocks them all would keep commands from being ended.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(value: T | None, error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        value, error = None, None
        try:
            value = function(*arguments)
        except Exception as raised:  # noqa: BLE001 -- it is raised again where it is awaited
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there who wants to know
            loop.call_soon_threadsafe(tell, value, error)

    Thread(target=run, daemon=True).start()
    return await done
