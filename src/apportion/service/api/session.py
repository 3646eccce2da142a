"""The session of a browser: a cookie that its scripts cannot read, in exchange for a token.

- ``GET /v1/session``: who am I? 200 `SessionView`; ``open`` is true where the service asks nobody; 401 without a token.
- ``POST /v1/session`` with ``Authorization: Bearer TOKEN``: 201 `SessionView`, and the cookie. 401: the token is not
  valid. The login page sends a form instead, ``token=TOKEN``, and is led to ``/`` by 303.
- ``DELETE /v1/session``: 200; the session has ended, on every tab. Without one it does nothing.

Whoever asks for a page (``Accept: text/html``, a route whose answer is HTML) without a valid token is answered 401 with
the login page: it needs no file beside itself, so nothing of the dashboard has to be served to strangers. The cookie is
sent by the browser with every call of its own pages, `EventSource` included; unsafe ones need the right Origin.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import parse_qs

from starlette.responses import RedirectResponse, Response

from apportion.service.access.access import SESSION_SECONDS
from apportion.service.access.caller import Caller
from apportion.service.access.login import login_page
from apportion.service.access.presented import cookie
from apportion.service.admission import address_of, is_form
from apportion.service.problems import ProblemError
from apportion.service.route import KNOWN, Asked, Reply, Route
from apportion.service.service import Service
from apportion.wire.session import SessionView
from apportion.wire.workers import Done

_LONGEST_FORM = 4096


async def who_am_i(service: Service, asked: Asked) -> Reply:
    """Say who asks."""
    return Reply(200, _view(asked.caller))


async def log_in(service: Service, asked: Asked) -> Reply | Response:
    """Give a browser a session for a token."""
    if is_form(asked.request):
        return await _by_form(service, asked)
    return Reply(201, _view(asked.caller), await _new_cookie(service, asked.caller))


async def _by_form(service: Service, asked: Asked) -> Response:
    body = await service.bodies.read(asked.request, _LONGEST_FORM)
    given = parse_qs(body.decode(errors="replace")).get("token", [""])
    try:
        caller = service.access.holder_of(given[0].strip(), address_of(asked.request))
    except ProblemError as error:
        return login_page(f"This does not work: {error}.", error.problem)
    return RedirectResponse("/", 303, await _new_cookie(service, caller))


async def _new_cookie(service: Service, caller: Caller) -> dict[str, str]:
    if caller.token is None or caller.session is not None:
        return {}
    session = await service.access.open_session(caller)
    return {"Set-Cookie": cookie(session.text, SESSION_SECONDS, service.settings.encrypted)}


async def log_out(service: Service, asked: Asked) -> Reply:
    """End the session."""
    if asked.caller.session is not None:
        await service.access.close_session(asked.caller.session)
    return Reply(200, Done(), {"Set-Cookie": cookie("", 0, service.settings.encrypted)})


def _view(caller: Caller) -> SessionView:
    return SessionView(cast("Any", caller.role), caller.token is None, caller.token, caller.tenant, caller.worker)


ROUTES = (
    Route("GET", "/v1/session", who_am_i, KNOWN, "Who am I", {200: SessionView}),
    Route("POST", "/v1/session", log_in, KNOWN, "A browser's session for a token", {201: SessionView}, form=True),
    Route("DELETE", "/v1/session", log_out, KNOWN, "Log out", {200: Done}),
)
