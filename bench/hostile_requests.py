"""How soon a service refuses what is too much, and what a flood of it costs in memory.

Run by ``python -m bench.hostile_requests``. A real service on loopback; each kind of request is sent 200 times, one
after the other, by a new connection, and timed from its first byte to the first byte of the answer; then over many
connections at once, while the service's resident memory is watched.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from time import perf_counter
from typing import Self

import psutil

CONNECTIONS = 100
REPEATS = 200

HEAD = b"POST /v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


def whole(headers: bytes, body: bytes) -> bytes:
    return HEAD + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


DEEP = b'{"task_type":"t","payload":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

REFUSED = {
    "declared too large": HEAD + b"Content-Length: 99999999999\r\n\r\n",
    "nested 100,000 deep": whole(b"", DEEP),
    "payload of 300 kB": whole(b"", b'{"task_type":"t","payload":"' + b"x" * 300_000 + b'"}'),
    "compressed": whole(b"Content-Encoding: gzip\r\n", b"x" * 1000),
    "too large, in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK * 17 + b"0\r\n\r\n",
    "headers of 40 kB": HEAD + b"X-A: " + b"a" * 40_000,
    "a page of another origin": whole(b"Origin: http://evil.example\r\n", b"{}"),
}

FLOODS = {
    **{kind: REFUSED[kind] for kind in ("declared too large", "nested 100,000 deep", "too large, in chunks")},
    "a list without an end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n" + CHUNK * 17,
    "begun and left": HEAD + b"Content-Length: 900000\r\n\r\nx",
    "headers that trickle": HEAD,
}


class Service:
    """A service of its own, until the context ends."""

    def __enter__(self) -> Self:
        folder = tempfile.mkdtemp()
        command = [sys.executable, "-m", "apportion", "serve", "--port", "0", "--store", f"{folder}/tasks.db"]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        found = None
        while found is None:
            found = re.search(r"listening on http://\S+?:(\d+)", self._process.stderr.readline())
        self._port = int(found[1])
        self._memory = psutil.Process(self._process.pid).memory_info
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=60)

    def answer_time(self, request: bytes) -> tuple[float, str]:
        """Return seconds to the answer, and its status."""
        with closing(self.connected()) as wire:
            begin = perf_counter()
            with suppress(BrokenPipeError, ConnectionResetError):
                wire.sendall(request)
            try:
                status = wire.recv(65536)[9:12].decode()
            except ConnectionResetError:
                status = "cut"
            return perf_counter() - begin, status

    def growth(self, request: bytes) -> float:
        """Return by how many MiB it grew at most while many send that at once."""
        before = most = self._memory().rss
        wires = [self.connected() for _ in range(CONNECTIONS)]
        left = dict.fromkeys(wires, request)
        for wire in wires:
            wire.setblocking(False)
        until = perf_counter() + 5
        while perf_counter() < until:
            for wire, rest in left.items():
                with suppress(OSError):
                    left[wire] = rest[wire.send(rest) :] if rest else rest
            most = max(most, self._memory().rss)
        for wire in wires:
            wire.close()
        return (most - before) / 2**20


def main() -> None:
    with Service() as service:
        service.answer_time(REFUSED["compressed"])
        for kind, request in REFUSED.items():
            times = sorted(service.answer_time(request) for _ in range(REPEATS))
            statuses = "/".join(sorted({status for _, status in times}))
            p50, p99 = (1000 * times[round(share * (REPEATS - 1))][0] for share in (0.5, 0.99))
            print(f"{kind}: {statuses}, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    for kind, request in FLOODS.items():
        with Service() as service:
            service.answer_time(REFUSED["compressed"])
            print(f"{CONNECTIONS} at once, {kind}: + {service.growth(request):.1f} MiB")


if __name__ == "__main__":
    main()
