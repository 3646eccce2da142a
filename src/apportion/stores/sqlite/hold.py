"""One process at a time: a lock beside the store's file, with a description of who holds it.

The lock is the kernel's (``flock``), so it goes with its holder however that ends. The file itself stays: removing it
would let two processes lock two files of one name.
"""

from __future__ import annotations

import fcntl
import os
import platform
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from weakref import WeakSet

from apportion.clock import wall_clock
from apportion.errors import StoreError, StoreHeldError

DESCRIPTION_LIMIT: Final = 500
"""Bytes of a holder's description."""


class Hold:
    """Holds a store until it is released, or this process ends.

    Args:
        path: the store's file; the lock lies beside it.

    Raises:
        StoreHeldError: it is held, by another process or by this one; the holder is named.
        StoreError: the lock cannot be made there.
    """

    def __init__(self, path: str) -> None:
        self._descriptor: int | None = _opened(path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _describe(self._descriptor)
        except BlockingIOError:
            holder = _description(self._descriptor)
            self.release()
            raise StoreHeldError(path, holder) from None
        except OSError as problem:
            self.release()
            raise StoreError(f"the store {path} cannot be locked: {problem.strerror}; name a local folder") from problem
        _holds.add(self)

    def release(self) -> None:
        """Let go. Safe to call twice."""
        _holds.discard(self)
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _opened(path: str) -> int:
    lock = f"{path}.lock"
    if Path(path).is_dir():
        raise StoreError(f"the store {path} is a folder; name a file, such as {Path(path, 'apportion.db')}")
    try:
        # Python's descriptors are closed on exec: a command that is started does not inherit the lock.
        return os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError as problem:
        raise StoreError(f"the folder {Path(path).parent} is not there; make it, or name another store") from problem
    except OSError as problem:
        remedy = "allow this user to write in its folder, or name another store"
        raise StoreError(f"the store {path} cannot be opened: {lock}: {problem.strerror}; {remedy}") from problem


def _describe(descriptor: int) -> None:
    since = datetime.fromtimestamp(wall_clock(), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    text = f"process {os.getpid()} ({_command()}) on {platform.node()}, since {since}"
    os.ftruncate(descriptor, 0)
    # A full disk must not keep anyone from opening a store: nobody needs more room than somebody who wants to purge it.
    with suppress(OSError):
        os.pwrite(descriptor, text.encode(errors="replace")[:DESCRIPTION_LIMIT], 0)


def _description(descriptor: int) -> str:
    return os.pread(descriptor, DESCRIPTION_LIMIT, 0).decode(errors="replace") or "another process"


def _command() -> str:
    """Name the program and what it works on. It stops at the first option: the value of one may be a secret."""
    program = Path(sys.argv[0] if sys.argv else "")
    name = program.parent.name if program.name == "__main__.py" else program.name
    words = [name if name not in {"", "-c", "-"} else "python"]
    for word in sys.argv[1:4]:
        if word.startswith("-"):
            break
        words.append(word)
    return " ".join(words)


_holds: WeakSet[Hold] = WeakSet()


def _let_go_in_child() -> None:
    """A forked child shares the lock; if it kept it, the store would stay held when its parent has died."""
    for hold in list(_holds):
        hold.release()


os.register_at_fork(after_in_child=_let_go_in_child)
