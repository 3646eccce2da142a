"""Lines to and from a child process, without ever waiting for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

_CHUNK = 1 << 18


class LinePipe:
    """Two pipes: lines are sent through one and received from the other.

    Attributes:
        far_input: what the child reads from.
        far_output: what it writes to. `handed_over` closes both on this side.

    Args:
        received: called with each line that comes, without its end.
        ended: called once when no more can come.
    """

    def __init__(self, received: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        self._received = received
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self.far_input, self._out = os.pipe()
        self._in, self.far_output = os.pipe()
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)
        self._unsent = b""
        self._part = bytearray()
        self._open = True
        self._loop.add_reader(self._in, self.take)

    def handed_over(self) -> None:
        """Close the child's ends: it has its own, or was never started."""
        os.close(self.far_input)
        os.close(self.far_output)

    def send(self, line: bytes) -> None:
        """Send a line; what the pipe does not hold at once follows as it empties."""
        self._unsent += line + b"\n"
        self._push()

    def take(self) -> None:
        """Receive what is there."""
        while self._open:
            try:
                chunk = os.read(self._in, _CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                self.close()
                self._ended()
                return
            self._part += chunk
            if b"\n" not in chunk:
                continue
            *lines, rest = self._part.split(b"\n")
            self._part = rest
            for line in lines:
                self._received(bytes(line))

    def close(self) -> None:
        """Let go of both pipes. Safe to call twice."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._in)
            self._loop.remove_writer(self._out)
            os.close(self._in)
            os.close(self._out)

    def _push(self) -> None:
        if not self._open:
            return
        try:
            sent = os.write(self._out, self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:  # it has ended, as its other pipe or its exit will say
            self._unsent = b""
            sent = 0
        self._unsent = self._unsent[sent:]
        if self._unsent:
            self._loop.add_writer(self._out, self._push)
        else:
            self._loop.remove_writer(self._out)
