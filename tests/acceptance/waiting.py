"""Waits for a thing to happen; the one place that looks again and again."""

import threading
from collections.abc import Callable
from typing import TypeVar

from apportion.clock import monotonic_clock

T = TypeVar("T")

_LOOK_AGAIN = 0.01
_NEVER = threading.Event()


def until(happened: Callable[[], T], within: float = 30.0) -> T:
    """Return what ``happened`` returns as soon as that is true; fail when it is not true in time."""
    deadline = monotonic_clock() + within
    while not (result := happened()):
        assert monotonic_clock() < deadline, f"it did not happen within {within} s"
        _NEVER.wait(_LOOK_AGAIN)
    return result
