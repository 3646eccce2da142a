"""A long-lived child process that makes calls, one at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from apportion.executors.child import Child
from apportion.executors.function_name import MAIN
from apportion.executors.line_pipe import LinePipe
from apportion.executors.process_child import BEGUN
from apportion.ports import Attempt, Outcome

_PROGRAM = """
import json, sys
setup = json.loads(sys.argv[1])
sys.path[:] = setup["path"]
from apportion.executors.process_child import main
main(setup)
"""


class Listener(Protocol):
    """Who is told what a worker process does; all on the event loop's thread."""

    def begun(self, worker: ProcessWorker, /) -> None:
        """The call has arrived."""
        ...

    def answered(self, worker: ProcessWorker, outcome: Outcome, /) -> None:
        """The call is done."""
        ...

    def ended(self, worker: ProcessWorker, code: int, /) -> None:
        """The process has ended, and all that it had started with it."""
        ...


class ProcessWorker:
    """A child process in a session of its own.

    Args:
        marks: the guardian's, for its environment.
        listener: who is told.
        adapt: the name of what makes of a handler the function that is called, or None.

    Attributes:
        alive: whether it can be given a call.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, marks: Mapping[str, str], listener: Listener, adapt: str | None = None) -> None:
        self.alive = True
        self._listener = listener
        self._pipe = LinePipe(self._receive, self.kill)
        setup = {"path": sys.path, "main": _parent_main(), "adapt": adapt}
        try:
            popen = subprocess.Popen(  # noqa: S603 -- our own program
                [sys.executable, "-c", _PROGRAM, json.dumps(setup)],
                stdin=self._pipe.far_input,
                stdout=self._pipe.far_output,
                env={**os.environ, **marks},
                start_new_session=True,
            )
        except OSError:
            self._pipe.close()
            raise
        finally:
            self._pipe.handed_over()
        self._child = Child(popen, self._see_end)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def call(self, name: str, attempt: Attempt) -> None:
        """Have it make a call; it must not be making one.

        Raises:
            TypeError, ValueError: the payload is not JSON.
        """
        self._pipe.send(json.dumps({"handler": name, "attempt": attempt._asdict()}).encode())

    def kill(self) -> None:
        """Kill it with all that it started; `Listener.ended` follows."""
        self.alive = False
        self._child.signal_group(signal.SIGKILL)

    def _receive(self, line: bytes) -> None:
        if line == BEGUN.strip():
            self._listener.begun(self)
        else:
            self._listener.answered(self, Outcome(**json.loads(line)))

    def _see_end(self) -> None:
        self.alive = False
        self._pipe.take()  # what it said before it ended
        self._pipe.close()
        self._listener.ended(self, self._child.reap())


def _parent_main() -> dict[str, Any]:
    """Return where this process's main module is, for handlers that are defined in it."""
    main = sys.modules[MAIN]
    if spec := getattr(main, "__spec__", None):
        return {"module": spec.name}
    path = getattr(main, "__file__", None)
    return {"path": str(Path(path).absolute())} if path else {}
