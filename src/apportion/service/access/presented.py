"""What a request brings to show who sends it: a token in its header, or the cookie of a session."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple

from starlette.datastructures import Headers

COOKIE = "apportion_session"


class Presented(NamedTuple):
    """What was presented; two empty texts: nothing, None: something that no service can read."""

    token: str = ""
    session: str = ""


def presented(headers: Headers) -> Presented | None:
    """Return what a request presents. A token in the header counts more than a cookie, which browsers always send."""
    given = headers.getlist("authorization")
    if given:
        scheme, _, text = given[0].partition(" ")
        return Presented(token=text.strip()) if len(given) == 1 and scheme.lower() == "bearer" and text else None
    return Presented(session=_in_cookie(headers.getlist("cookie")))


def _in_cookie(given: list[str]) -> str:
    try:
        found = SimpleCookie("; ".join(given)).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def cookie(text: str, lifetime: float, secure: bool) -> str:
    """Return the header that gives a browser a session, out of reach of its scripts and of other pages."""
    kept = f"{COOKIE}={text}; Path=/; Max-Age={lifetime:.0f}; HttpOnly; SameSite=Strict"
    return f"{kept}; Secure" if secure else kept
