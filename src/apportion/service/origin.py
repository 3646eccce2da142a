"""Whose page sends this? Checks Host and Origin, so that no web page can talk to a service in its visitor's name."""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers

from apportion.service.problems import ProblemError
from apportion.service.settings import ServiceSettings, is_loopback

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}


def check_host(headers: Headers, settings: ServiceSettings, reached_at: str) -> None:
    """Refuse a request that names another host than this one: a page whose name was bent to this address sent it.

    Args:
        headers: of the request.
        settings: which names are this service's.
        reached_at: the address of this machine to which the request came.

    Raises:
        ProblemError: it is refused.
    """
    named = headers.getlist("host")
    parts = _parts(f"//{named[0]}") if len(named) == 1 else None
    if parts is None or parts.username is not None or parts.path or parts.query or parts.fragment:
        raise ProblemError(421, "one Host header has to name this service", field="Host")
    name = parts.hostname or ""
    if not (_is_loopback(name) or name in {settings.host.strip("[]"), reached_at} or _is_public(parts, settings)):
        raise ProblemError(
            421, "the Host header does not name this service", field="Host", remedy="start it with --public-names NAME"
        )


def check_origin(method: str, headers: Headers, settings: ServiceSettings, *, by_cookie: bool) -> None:
    """Refuse an unsafe request from a page of another origin.

    Args:
        method: of the request.
        headers: of the request; `check_host` has found nothing wrong with them.
        settings: which names are this service's.
        by_cookie: whether it is a browser's, by which its page has to be known, too.

    Raises:
        ProblemError: it is refused.
    """
    if method in SAFE:
        return
    origins, site = headers.getlist("origin"), headers.get("sec-fetch-site")
    if site not in {None, "same-origin", "none"} or len(origins) > 1:
        raise ProblemError(403, "a page of another origin may not do this", field="Origin")
    if not origins:
        if by_cookie and site != "same-origin":
            raise ProblemError(403, "with a cookie, a page has to say whose it is", field="Origin")
        return
    if not _same(origins[0], headers["host"], settings):
        raise ProblemError(403, "a page of another origin may not do this", field="Origin")


def _same(origin: str, host: str, settings: ServiceSettings) -> bool:
    page, here = _parts(origin), _parts(f"//{host}")
    if page is None or here is None or page.scheme not in _PORTS or f"{page.scheme}://{page.netloc}" != origin:
        return False
    if settings.encrypted and page.scheme != "https" and not is_loopback(here.hostname or ""):
        return False
    port = page.port or _PORTS[page.scheme]
    if (page.hostname, port) == (here.hostname, here.port or _PORTS[page.scheme]):
        return True
    return _is_public(page, settings, ports={_PORTS[page.scheme]})


def _is_public(parts: SplitResult, settings: ServiceSettings, ports: Container[int] | None = None) -> bool:
    """Return whether that is one of the names by which others reach the service.

    One that was declared with a port is good with that one alone, another one with these; None: with each.
    """
    if parts.netloc.lower() in settings.public_names:
        return True
    port_is_right = ports is None or parts.port is None or parts.port in ports
    return port_is_right and (parts.hostname or "") in settings.public_names


# Callers name the same few hosts in each of their requests.
_is_loopback = lru_cache(64)(is_loopback)


@lru_cache(64)
def _parts(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # a port that is no number is found out only now
    except ValueError:
        return None
    return parts
