"""Requests that are too large, too deep, compressed, too slow or too many: refused at once, or ended in time."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from contextlib import asynccontextmanager, closing, suppress

import httpx
import psutil
import pytest
from uvicorn.server import ServerState

from apportion.service import connection
from apportion.service.body import BodyReader
from apportion.service.room import Room
from apportion.service.server import configuration
from apportion.wire.limits import BODY, MIB, TASK_LIST_BODY

HEAD = b"POST /v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def deep(levels: int) -> bytes:
    return b'{"task_type":"t","payload":' + b"[" * levels + b"]" * levels + b"}"


HOSTILE = [
    (deep(250), 422),
    (deep(100_000), 422),
    (b'{"task_type":"t","payload":' + b'{"a":' * 50_000, 422),
    (b"[" * 500_000, 422),
    (b'{"task_type":"t","payload":"' + b"x" * 300_000 + b'"}', 413),
    (b"x" * (BODY + 1), 413),
    (b"[" + b" " * TASK_LIST_BODY, 413),
    (b'{"task_type":"t","payload":NaN}', 422),
    (b'{"task_type":"t","payload":"\\ud800"}', 422),
    (b'{"task_type":"\\ud800"}', 422),
    (b'{"task_type":"t","payload":1e999}', 422),
    (b"\xff\xfe{}", 422),
    (b"", 422),
    (b'{"task_type":"t"}{"task_type":"t"}', 422),
    (b'{"task_type":"t","requirements":{"complexity":1e308}}', 422),
]


@pytest.mark.parametrize(("body", "status"), HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_bodies_are_refused(client, body, status):
    reply = await client.post("/v1/tasks", content=body)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert (await client.get("/v1/tasks")).json()["items"] == []


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip"])
async def test_compressed_bodies_are_not_read(client, coding):
    body = gzip.compress(json.dumps({"task_type": "t"}).encode())
    reply = await client.post("/v1/tasks", content=body, headers={"Content-Encoding": coding})
    assert (reply.status_code, reply.json()["field"]) == (415, "Content-Encoding")


async def test_a_declared_length_is_refused_before_anything_is_read(client):
    async def never():
        raise AssertionError("it was read")
        yield b""

    reply = await client.post("/v1/tasks", content=never(), headers={"Content-Length": str(TASK_LIST_BODY + 1)})
    assert reply.status_code == 413


async def test_a_slow_body_ends(service, client):
    service.bodies = BodyReader(seconds=0.0)
    never = asyncio.Event()

    async def slow():
        yield b"{"
        await never.wait()

    reply = await client.post("/v1/tasks", content=slow())
    assert (reply.status_code, reply.json()["title"]) == (408, "Too slow")


async def test_large_bodies_wait_for_room_and_give_it_back(service, client):
    service.bodies = reader = BodyReader(wait=0.0, at_once=BODY)
    task = b" " * 200_000 + b'{"task_type":"t"}'

    async def in_pieces(body):
        for start in range(0, len(body), 70_000):
            yield body[start : start + 70_000]

    length = {"Content-Length": str(len(task))}
    assert (await client.post("/v1/tasks", content=in_pieces(task), headers=length)).status_code == 201
    assert (await client.post("/v1/tasks", content=in_pieces(b"x" * 2 * BODY))).status_code == 413
    assert reader.room.free == BODY
    await reader.room.take(BODY - 100_000)
    full = await client.post("/v1/tasks", content=in_pieces(task), headers=length)
    assert (full.status_code, full.headers["retry-after"]) == (503, "1")
    assert (await client.post("/v1/tasks", content=task[150_000:])).status_code == 201, "a small one needs none"
    assert reader.room.free == 100_000


async def test_room_is_lent_in_turn():
    room, order = Room(10), []

    async def borrow(name, size):
        await room.take(size)
        order.append(name)

    await room.take(8)
    async with asyncio.TaskGroup() as group:
        impatient = group.create_task(borrow("impatient", 9))
        for name, size in (("much", 5), ("little", 1), ("more", 4)):
            group.create_task(borrow(name, size))
        group.create_task(_then(impatient.cancel))
        group.create_task(_then(lambda: room.give(8)))
    assert order == ["much", "little", "more"]
    assert room.free == 0


async def _then(what):
    what()


# --- a real process, over the wire ------------------------------------------------------------------------------------


def connected(process) -> socket.socket:
    host, _, port = process.url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def said(wire: socket.socket) -> bytes:
    """Return what comes until the service closes the connection."""
    parts = []
    with suppress(ConnectionResetError):
        while part := wire.recv(65536):
            parts.append(part)
    return b"".join(parts)


ENDLESS_HEADS = (
    b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: " + b"a" * 40_000,
    b"GET /" + b"a" * 40_000,
    b"GET /healthz HTTP/1.1\r\n" + b"X-A: b\r\n" * 5_000,
)


def test_an_endless_head_ends(process):
    for head in ENDLESS_HEADS:
        with closing(connected(process)) as wire:
            wire.sendall(head)
            assert said(wire).startswith(b"HTTP/1.1 431 ")
        assert httpx.get(f"{process.url}/healthz").status_code == 200


@asynccontextmanager
async def served(service):
    """Serve in this process, and return the port."""
    config, state = configuration(service), ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: connection.Connection(config, state, {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for each in list(state.connections):
        each.transport.abort()


async def test_a_head_that_trickles_ends(service, monkeypatch):
    """In this process, so that ten seconds are none; a byte now and then is no reason to wait."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    async with served(service) as port:
        for begun in (b"", b"G", HEAD):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun)
            async with asyncio.timeout(20):
                assert await ended(reader) == b""
            writer.close()


async def test_a_second_request_has_its_time_too(service, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    async with served(service) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            await reader.readuntil(b"}")
        writer.write(b"GET /healthz")
        async with asyncio.timeout(20):
            assert await ended(reader) == b""
        writer.close()


async def test_above_its_number_of_connections_a_new_one_ends(service, monkeypatch):
    monkeypatch.setattr(connection, "most_connections", lambda: 2)
    async with served(service) as port:
        wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        async with asyncio.timeout(20):
            assert await ended(wires[2][0]) == b""
        wires[0][1].write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert (await wires[0][0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in wires:
            writer.close()


async def ended(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


def test_what_is_no_http_is_a_problem_too(process):
    with closing(connected(process)) as wire:
        wire.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        head, _, body = said(wire).partition(b"\r\n\r\n")
    assert b"400 Bad Request" in head
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == 400


CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
FLOODS = {
    "declared too large": [HEAD + b"Content-Length: 99999999999\r\n\r\n" + b"x" * 1000],
    "too large without saying so": [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[CHUNK] * 17],
    "a list without an end": [HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n", *[CHUNK] * 17],
    "too deep": [HEAD + b"Content-Length: %d\r\n\r\n" % len(deep(25_000)) + deep(25_000)],
    "begun and left": [HEAD + b"Content-Length: 900000\r\n\r\n" + b"x" * 1000],
    "compressed": [HEAD + b"Content-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000],
}


def test_floods_of_bodies_cost_little_memory(process):
    """A hundred at once of each kind."""
    server = psutil.Process(process.popen.pid)
    httpx.post(f"{process.url}/v1/tasks", json={"task_type": "t"})
    for kind, pieces in FLOODS.items():
        before = server.memory_info().rss
        wires = [connected(process) for _ in range(100)]
        for piece in pieces:
            for wire in wires:
                wire.setblocking(False)
                with suppress(OSError):
                    wire.send(piece)
        assert httpx.get(f"{process.url}/healthz", timeout=20).status_code == 200
        grown = server.memory_info().rss - before
        for wire in wires:
            wire.close()
        assert grown <= 20 * MIB, f"{kind}: {grown / MIB:.1f} MiB"
