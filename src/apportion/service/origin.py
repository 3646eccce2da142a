"""Whose page sends this? Checks Host and Origin, so that no web page can talk to a service on this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from apportion.service.problems import ProblemError
from apportion.service.settings import is_loopback

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(method: str, headers: Headers, host: str) -> None:
    """Refuse a request that names another host than this one, and an unsafe one from a page of another origin.

    Args:
        method: of the request.
        headers: of the request.
        host: the address that the service listens on.

    Raises:
        ProblemError: it is refused.
    """
    named = headers.getlist("host")
    name = _host_of(named[0]) if len(named) == 1 else ""
    if not name or not (is_loopback(name) or name == host):
        raise ProblemError(421, "the Host header does not name this service", field="Host", remedy=f"use {host}")
    if method in SAFE:
        return
    origins = headers.getlist("origin")
    if origins and (len(origins) > 1 or not _same(origins[0], named[0])):
        raise ProblemError(403, "a page of another origin may not do this", field="Origin")


def _same(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()


def _host_of(header: str) -> str:
    """Return the name in a Host header, without its port; "" where it is none."""
    try:
        parts = urlsplit(f"//{header}")
    except ValueError:
        return ""
    return "" if parts.username is not None or parts.path else (parts.hostname or "")
