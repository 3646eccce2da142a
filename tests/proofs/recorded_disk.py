"""What a process wrote to its disk, as the kernel saw it, and what a power cut at any moment could have left of it."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""

CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink"
CALL = re.compile(
    r'(?P<call>\w+)\((?:\d+<(?P<of>[^>]*)>|AT_FDCWD<[^>]*>, "(?P<opened>[^"]*)"|"(?P<named>[^"]*)")(?P<rest>.*)'
)
WRITTEN = re.compile(r'^, "(?P<data>[^"]*)", (?P<size>\d+)(?:, (?P<offset>\d+))?\)')


@dataclass(frozen=True, slots=True)
class Event:
    """What the process did: ``wrote``, ``sized``, ``synced``, ``removed``; ``told``: on standard output."""

    kind: str
    name: str = ""
    offset: int = 0
    data: bytes = b""


def record(folder: Path, command: list[str], **options) -> list[Event]:
    """Run a command under strace, and return what it did to the files of a folder, in order."""
    trace = folder.parent / "trace"
    strace = ["strace", "-y", "-xx", "-s", "10000000", "-e", f"trace={CALLS}", "-o", str(trace)]
    subprocess.run([*strace, *command], check=True, stdout=subprocess.PIPE, **options)
    with trace.open() as lines:
        return [
            event for line in lines if (match := CALL.match(line)) for event in _events(match, str(folder.resolve()))
        ]


def _events(match: re.Match[str], folder: str) -> Iterator[Event]:
    call, rest = match["call"], match["rest"]
    path = _plain(match["of"] or match["opened"] or match["named"] or "").decode()
    if call == "write" and path.startswith("pipe:"):
        data, _, _ = _written(rest)
        yield Event("told", data=data)
    if path != folder and not path.startswith(f"{folder}/"):
        return
    name = path.removeprefix(folder).removeprefix("/")
    if call == "pwrite64":
        data, size, offset = _written(rest)
        assert rest.endswith(f" = {size}\n".rstrip()), "a write that was cut short"
        yield Event("wrote", name, offset, data)
    elif call == "ftruncate":
        yield Event("sized", name, int(rest.removeprefix(", ").partition(")")[0]))
    elif call in {"fsync", "fdatasync"}:
        yield Event("synced", name)
    elif call == "unlink":
        yield Event("removed", name)
    elif call == "write":
        raise AssertionError(f"SQLite writes by pwrite64 alone, but here is a write to {name}")


def _written(rest: str) -> tuple[bytes, int, int]:
    match = WRITTEN.match(rest)
    assert match, rest[:100]
    return _plain(match["data"]), int(match["size"]), int(match["offset"] or 0)


def _plain(text: str) -> bytes:
    r"""Return what strace shows as ``\x2f\x74``."""
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass(slots=True)
class File:
    """A file: what is on the disk for sure, and what was written since the last sync."""

    safe: bytearray
    listed: bool
    since: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.since:
            _apply(self.safe, event)
        self.since.clear()

    def after_a_cut(self, chance: Random, odds: float) -> bytes:
        """Return what could be left: of what was not synced any sector, in any order of writing, or none."""
        left = bytearray(self.safe)
        for event in self.since:
            for piece in _sectors(event):
                if chance.random() < odds:
                    _apply(left, piece)
        return bytes(left)


def _sectors(event: Event) -> Iterator[Event]:
    if event.kind == "sized":
        yield event
        return
    start, end = event.offset, event.offset + len(event.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield Event("wrote", event.name, start, event.data[start - event.offset : stop - event.offset])
        start = stop


def _apply(contents: bytearray, event: Event) -> None:
    size = event.offset if event.kind == "sized" else event.offset + len(event.data)
    if len(contents) < size:
        contents.extend(bytes(size - len(contents)))
    if event.kind == "sized":
        del contents[size:]
    else:
        contents[event.offset : size] = event.data


class Disk:
    """A folder's files while the recorded events happen to them, one by one.

    Args:
        files: name -> contents, what was there and safe before the first event.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = {name: File(bytearray(contents), listed=True) for name, contents in files.items()}

    def happen(self, event: Event) -> None:
        """Let one event happen."""
        assert event.kind != "removed", "no file that counts is removed while the process writes"
        if event.kind == "synced" and not event.name:
            for file in self._files.values():
                file.listed = True  # the folder itself was synced, and with it the names of its files
            return
        file = self._files.setdefault(event.name, File(bytearray(), listed=False))
        if event.kind == "synced":
            file.sync()
        else:
            file.since.append(event)

    def after_a_cut(self, chance: Random) -> dict[str, bytes]:
        """Return what could be left if the power went now."""
        odds = chance.choice([0, 0.3, 0.7, 1])
        return {
            name: file.after_a_cut(chance, odds)
            for name, file in self._files.items()
            if file.listed or chance.random() < odds
        }
