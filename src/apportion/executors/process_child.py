"""The child of the process executor: reads calls as JSON lines, makes them, and answers with a line each.

It ends with its parent, whatever it is doing then: a thread of its own waits for the end of its input.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from apportion.executors.function_name import MAIN, find_function
from apportion.executors.handlers import Bound, TaskContext
from apportion.executors.outcomes import of_exception
from apportion.ports import Attempt, Outcome

# Said when a call has arrived: from here on whatever happens to the process is the call's doing.
BEGUN = b"begun\n"

# What the parent's main script is called here, so that its ``if __name__ == "__main__":`` does not run again.
_MAIN_HERE = "__apportion_main__"


def main(setup: dict[str, Any]) -> None:
    """Serve calls until there are no more.

    Args:
        setup: ``main``: where the parent's main module is, ``{"module": name}`` or ``{"path": path}`` or nothing;
            ``adapt``: the name of what makes of a handler the function that is called, or nothing.
    """
    calls, answers = _take_pipes()
    queue: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_read, args=(calls, queue), daemon=True).start()
    handlers: dict[str, Bound] = {}
    for line in _lines(queue):
        answers.write(BEGUN)
        answers.flush()
        call = json.loads(line)
        outcome = _make(call, handlers, setup)
        answers.write(json.dumps(_plain(outcome)).encode() + b"\n")
        answers.flush()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes to the parent, out of the way of handlers that read or print, and of what they start."""
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    return calls, answers


def _read(calls: BinaryIO, queue: SimpleQueue[bytes]) -> None:
    for line in calls:
        queue.put(line)
    # The parent has died, or let go of this child. It leads a group of its own: end that, with all it has started.
    os.killpg(0, signal.SIGKILL)


def _lines(queue: SimpleQueue[bytes]) -> Iterator[bytes]:
    while True:
        yield queue.get()


def _make(call: dict[str, Any], handlers: dict[str, Bound], setup: dict[str, Any]) -> Outcome:
    attempt = Attempt(**call["attempt"])
    name: str = call["handler"]
    try:
        if name not in handlers:
            handler = _find(name, setup.get("main") or {})
            adapt = setup.get("adapt")
            handlers[name] = Bound(name, find_function(adapt)(handler) if adapt else handler)
    except BaseException as error:  # noqa: BLE001 -- a module may do anything when it is imported
        said = of_exception(error).error
        return Outcome(success=False, error=f"handler {name} cannot be loaded: {said}", fault="worker")
    return handlers[name].run(attempt.payload, TaskContext(attempt))


def _find(name: str, parent_main: dict[str, str]) -> Any:
    """Return a handler; where it is defined in the script that the parent runs, run that script's definitions first."""
    module, _, path = name.partition(":")
    if module == MAIN and _MAIN_HERE not in sys.modules:
        if "module" in parent_main:
            namespace = runpy.run_module(parent_main["module"], run_name=_MAIN_HERE, alter_sys=False)
        else:
            namespace = runpy.run_path(parent_main["path"], run_name=_MAIN_HERE)
        stand_in = type(sys)(_MAIN_HERE)
        stand_in.__dict__.update(namespace)
        sys.modules[_MAIN_HERE] = stand_in
    return find_function(f"{_MAIN_HERE}:{path}" if module == MAIN else name)


def _plain(outcome: Outcome) -> dict[str, Any]:
    return outcome._asdict()
