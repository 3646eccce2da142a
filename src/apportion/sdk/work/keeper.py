"""The worker's side of the keeper: starts it, tells it what is held, hears what the service said."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from apportion import clock
from apportion.executors.child import Child
from apportion.executors.line_pipe import LinePipe
from apportion.sdk.work import keeper_process

_log = logging.getLogger("apportion.worker")

Lease = tuple[str, int]
"""A task's id, and the lease under which it is held."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where heartbeats go, and whose they are.

    Attributes:
        url: of the service.
        token: or None.
        worker: the worker's id.
        incarnation: which registration of it.
        interval: seconds between two heartbeats.
        timeout: seconds in which one has to be answered.
    """

    url: str
    token: str | None = field(repr=False)
    worker: str
    incarnation: int
    interval: float
    timeout: float


@dataclass(frozen=True, slots=True)
class Beat:
    """What came of a heartbeat.

    Attributes:
        at: when it was sent, by the monotonic clock; None: it was not answered, or refused.
        seen: how many lines the keeper had been told by then.
        void: what is to be stopped, because it was cancelled or is not this worker's any more: task id, and the lease
            that was named for it; None: none was yet, and any is meant.
        draining: whether the worker gets nothing new.
        gone: the registration that the service does not know, or None.
        refused: the status of a refusal, or None.
        detail: why it was refused or lost.
    """

    at: float | None = None
    seen: int = 0
    void: tuple[tuple[str, int | None], ...] = ()
    draining: bool = False
    gone: int | None = None
    refused: int | None = None
    detail: str = ""


class Keeper:
    """Has heartbeats sent by a process of their own, and starts that again should it die.

    Args:
        post: where they go.
        held: returns what is held now, for a new process.
        told: called with what came of each.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, post: Post, held: Callable[[], Iterable[Lease]], told: Callable[[Beat], None]) -> None:
        self._post = post
        self._held = held
        self._told = told
        self._closed = False
        self._lines = 0
        self._gone = asyncio.Event()
        self._start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def hold(self, leases: Iterable[Lease]) -> int:
        """Have leases renewed; return the number of this line, for `Beat.seen`."""
        return self._say({"hold": list(leases)})

    def drop(self, leases: Iterable[Lease]) -> None:
        """Have leases renewed no more."""
        self._say({"drop": list(leases)})

    def nudge(self) -> None:
        """Have a heartbeat sent at once."""
        self._say({"now": True})

    def move(self, incarnation: int) -> None:
        """The worker has registered anew."""
        self._post = replace(self._post, incarnation=incarnation)
        self._say({"incarnation": incarnation, "now": True})

    def catch_up(self) -> None:
        """Take in at once what the keeper has said, before something is decided by what it did not say."""
        self._pipe.take()

    async def close(self) -> None:
        """Let it go. Safe to call twice."""
        self._closed = True
        self._child.signal_group(signal.SIGKILL)
        await self._gone.wait()

    def _start(self) -> None:
        self._pipe = LinePipe(self._receive, lambda: None)
        try:
            popen = subprocess.Popen(  # noqa: S603 -- our own script
                [sys.executable, "-I", "-S", str(Path(keeper_process.__file__)), str(Path(clock.__file__))],
                stdin=self._pipe.far_input,
                stdout=self._pipe.far_output,
                cwd="/",
                # No command's, even where this worker is a command of another one.
                env={name: value for name, value in os.environ.items() if not name.startswith("APPORTION_")},
                start_new_session=True,
            )
        except OSError:
            self._pipe.close()
            raise
        finally:
            self._pipe.handed_over()
        self._child = Child(popen, self._ended)
        self._pipe.send(json.dumps({**asdict(self._post), "lines": self._lines}).encode())

    def _say(self, message: dict[str, object]) -> int:
        self._lines += 1
        if not self._closed:
            self._pipe.send(json.dumps(message).encode())
        return self._lines

    def _receive(self, line: bytes) -> None:
        said = json.loads(line)
        if "at" in said:
            void = tuple((id, lease) for id, lease in (*said["cancelled"], *said["taken_back"]))
            self._told(Beat(said["at"], said["seen"], void, said["draining"]))
        elif "gone" in said:
            self._told(Beat(gone=said["gone"]))
        else:
            self._told(Beat(refused=said.get("refused"), detail=said.get("detail") or said.get("lost", "")))

    def _ended(self) -> None:
        """The process has died: another one keeps the leases."""
        self._pipe.close()
        self._child.reap()
        if self._closed:
            self._gone.set()
            return
        _log.warning("the process that sends heartbeats has died; another one takes its place")
        try:
            self._start()
        except OSError as error:  # then the leases run out, and everybody does what that means
            _log.error("no heartbeats: %s", error)
            self._gone.set()
            return
        self.hold(self._held())
        self.nudge()
