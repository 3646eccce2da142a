"""Problem documents (RFC 9457)."""

from __future__ import annotations

from msgspec import Struct


class Problem(Struct, omit_defaults=True):
    """What is wrong, where, and what to do about it."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    field: str | None = None
    remedy: str | None = None
    state: str | None = None
    lease: int | None = None
    retry_after: float | None = None


MEDIA_TYPE = "application/problem+json"

# Titles of what is 429.
QUEUE_FULL = "The queue is full"
TOO_MANY = "Too many requests"
TOO_MANY_WRONG = "Too many wrong tokens"
