"""Whose trace a task belongs to, in the form of W3C Trace Context, and the ids of its spans.

Every id follows from the task: spans can be written when they end, by whoever sees that, also after a restart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

_FORM: Final = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?", re.ASCII)
_SAMPLED: Final = 0x01


@dataclass(frozen=True, slots=True)
class TraceContext:
    """One span as others refer to it.

    Attributes:
        trace_id: 128 bits, not 0.
        span_id: 64 bits, not 0.
        sampled: whether it is recorded.
    """

    trace_id: int
    span_id: int
    sampled: bool = True

    def __str__(self) -> str:
        """Return it as the header ``traceparent`` says it."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{int(self.sampled):02x}"


def parse(traceparent: str | None) -> TraceContext | None:
    """Return what a header ``traceparent`` says; None where it says nothing valid, as the standard wants it."""
    found = _FORM.fullmatch(traceparent or "")
    if found is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    return TraceContext(trace_id, span_id, bool(flags & _SAMPLED)) if trace_id and span_id else None


def span_of(task_id: str, traceparent: str | None, part: str = "task") -> TraceContext:
    """Return the span of a task, or of a part of its life such as ``"run 2"``.

    Args:
        task_id: the task.
        traceparent: of whoever submitted it; None: the task's is a trace of its own.
        part: names the span within the task.
    """
    parent = parse(traceparent)
    span_id = _hashed(f"{task_id}\n{part}", 8)
    if parent is None:
        return TraceContext(_trace_id(task_id), span_id)
    return TraceContext(parent.trace_id, span_id, parent.sampled)


def _trace_id(task_id: str) -> int:
    """A task's own id is as good as any where it has the form of one; then a trace is found by it."""
    try:
        return UUID(task_id).int or 1
    except ValueError:
        return _hashed(task_id, 16)


def _hashed(text: str, size: int) -> int:
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:size]) or 1
