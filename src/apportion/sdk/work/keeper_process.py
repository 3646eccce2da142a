"""Keeps a worker's leases: a small program that sends heartbeats, whatever the worker's handlers do to its process.

A handler that never lets go of the interpreter (a long call into C) would starve every thread of its process. This is
another process. It renews what it was told is held, for as long as the worker's process is there and not stopped.

It runs as a script, without the package and its libraries, so that it is there in a few milliseconds and needs little
memory. It is told what to do by lines of JSON on its standard input, and says what it heard by lines on its standard
output; the end of its input is its own.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import runpy
import select
import signal
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

NOTHING = {"task_id": "nothing", "lease": 0}
"""Named where nothing is held: an empty list would renew what the service believes to be held."""

_INPUT, _OUTPUT = 0, 1
_NOT_RUNNING = {b"T", b"t", b"Z", b"X"}
_CHUNK = 1 << 16


class Keeper:
    """Sends heartbeats.

    Args:
        setup: ``url``, ``token``, ``worker``, ``incarnation``, ``interval``, ``timeout``, and how many ``lines`` were
            told to those before it.
        clock: seconds that never go back, the same as the worker's.
    """

    def __init__(self, setup: dict[str, Any], clock: Callable[[], float]) -> None:
        self._url = urlsplit(str(setup["url"]))
        self._token = setup["token"]
        self._worker = setup["worker"]
        self._incarnation = setup["incarnation"]
        self._interval = float(setup["interval"])
        self._timeout = float(setup["timeout"])
        self._clock = clock
        self._parent = os.getppid()
        self._held: dict[str, int] = {}
        self._lines: int = setup["lines"]
        self._failures = 0
        self._due = clock() + self._interval
        self._part = b""
        self._unsaid = b""

    def run(self) -> None:
        """Keep on until the worker is gone."""
        while os.getppid() == self._parent and self._listen():
            if self._clock() >= self._due:
                self._due = self._clock() + self._beat()

    # --- what the worker says ---------------------------------------------------------------------------------------

    def _listen(self) -> bool:
        """Take in what the worker says until a heartbeat is due; False: it says nothing any more."""
        poll = select.poll()
        poll.register(_INPUT, select.POLLIN)
        if self._unsaid:
            poll.register(_OUTPUT, select.POLLOUT)
        # Not for too long: where another process has inherited the pipe, only the parent's absence says that it died.
        seconds = min(1.0, max(0.0, self._due - self._clock()))
        for descriptor, _ in poll.poll(seconds * 1000):
            if descriptor == _OUTPUT:
                self._say_rest()
                continue
            chunk = os.read(_INPUT, _CHUNK)
            if not chunk:
                return False
            *lines, self._part = (self._part + chunk).split(b"\n")
            for line in lines:
                self._take_in(json.loads(line))
        return True

    def _take_in(self, told: dict[str, Any]) -> None:
        self._lines += 1
        self._held.update(told.get("hold", ()))
        for task_id, lease in told.get("drop", ()):
            if self._held.get(task_id) == lease:
                del self._held[task_id]
        self._incarnation = told.get("incarnation", self._incarnation)
        if told.get("now"):
            self._due = self._clock()

    # --- what the service says --------------------------------------------------------------------------------------

    def _beat(self) -> float:
        """Send a heartbeat, tell the worker what came of it, and return the seconds until the next."""
        at = self._clock()
        if _is_stopped(self._parent):
            return self._interval / 4
        try:
            status, answer = self._post()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._failures += 1
            self._say({"lost": f"{type(error).__name__}: {error}"})
            return min(self._interval, 0.1 * 2.0 ** min(self._failures, 10))
        self._failures = 0
        if status == 200:
            void = {name: [(id, self._held.get(id)) for id in answer[name]] for name in ("cancelled", "taken_back")}
            self._say({**void, "draining": answer["draining"], "at": at, "seen": self._lines})
        elif status == 404:
            self._say({"gone": self._incarnation})
        else:
            self._say({"refused": status, "detail": answer.get("detail", "")})
        return self._interval

    def _post(self) -> tuple[int, dict[str, Any]]:
        held = [{"task_id": task_id, "lease": lease} for task_id, lease in self._held.items()] or [NOTHING]
        body = json.dumps({"incarnation": self._incarnation, "held": held}).encode()
        headers = {"Content-Type": "application/json", "Connection": "close"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection = self._connection()
        try:
            path = f"{self._url.path}/v1/workers/{quote(self._worker, safe='')}/heartbeat"
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read() or b"{}")
            return response.status, answer
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host = self._url.hostname or ""
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, self._url.port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(host, self._url.port, timeout=self._timeout)

    def _say(self, message: dict[str, Any]) -> None:
        """Tell the worker; where it does not listen now, it will be told later, and no heartbeat waits for that."""
        self._unsaid += json.dumps(message).encode() + b"\n"
        self._say_rest()

    def _say_rest(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._unsaid = self._unsaid[os.write(_OUTPUT, self._unsaid) :]


def _is_stopped(pid: int) -> bool:
    """Return whether a process was stopped (by SIGSTOP or Ctrl-Z), where the kernel says so in /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in _NOT_RUNNING
    except (OSError, IndexError):
        return False


def main() -> None:
    """Keep the leases of the parent; the first line says whose they are."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with the worker, and not before
    clock = runpy.run_path(sys.argv[1])["monotonic_clock"]
    os.set_blocking(_OUTPUT, False)
    first = b""
    while not first.endswith(b"\n"):
        byte = os.read(_INPUT, 1)
        if not byte:
            return
        first += byte
    with contextlib.suppress(BrokenPipeError):
        Keeper(json.loads(first), clock).run()


if __name__ == "__main__":
    main()
