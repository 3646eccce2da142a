"""Calls as generators: they say what is to be sent and are told what came back, and somebody else does the waiting.

So one body serves the blocking client and the asynchronous one.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent.

    Attributes:
        method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path: from the service's address on, quoted.
        body: JSON, or None.
        query: what stands behind the question mark.
        timeout: seconds in which the answer has to come; None: as the client is set up.
        headers: besides those of every request.
    """

    method: str
    path: str
    body: bytes | None = None
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is to be sent for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answered.

    Attributes:
        status: of HTTP.
        body: as it came.
        retry_after: seconds after which it wants to be asked again, or None.
        doubted: whether the same was sent before and no answer came: it may have been done then.
    """

    status: int
    body: bytes
    retry_after: float | None = None
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came. Whether the service has done what was asked is not known.

    Attributes:
        reason: one line.
    """

    reason: str


Step: TypeAlias = Request | Pause
Heard: TypeAlias = Reply | Lost | None
Talk: TypeAlias = Generator[Step, Heard, T]
"""A call under way: yields steps, is sent what was heard, returns a ``T``."""
