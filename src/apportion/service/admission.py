"""The gate before every call: the right host, a known caller, his role, and no page of somebody else's."""

from __future__ import annotations

import ipaddress

from starlette.requests import Request

from apportion.service.access.caller import Caller
from apportion.service.origin import check_host, check_origin
from apportion.service.problems import ProblemError
from apportion.service.route import ANYBODY, Route
from apportion.service.service import Service

CHALLENGE = 'Bearer realm="apportion"'
"""What `WWW-Authenticate` says."""

NOBODY = Caller(ANYBODY)

_FORM = "application/x-www-form-urlencoded"


def admit(service: Service, route: Route, request: Request) -> Caller:
    """Return who calls.

    Raises:
        ProblemError: he may not.
    """
    check_host(request.headers, service.settings, _reached_at(request))
    with_form = route.form and is_form(request)
    unasked = ANYBODY in route.roles or with_form
    caller = NOBODY if unasked else service.access.caller(request.headers, address_of(request))
    by_cookie = caller.session is not None
    check_origin(request.method, request.headers, service.settings, by_cookie=by_cookie)
    if caller.role not in route.roles and caller is not NOBODY:
        allowed = ", ".join(sorted(route.roles))
        raise ProblemError(403, f"a token with the role {caller.role} may not do this; these may: {allowed}")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError(415, "compressed bodies are not read", field="Content-Encoding", remedy="send it as it is")
    return caller


def address_of(request: Request) -> str:
    """Return the address that a request comes from; of IPv6 its first half, since whoever has one has them all."""
    address = "" if request.client is None else request.client.host
    if ":" not in address or address.startswith("::"):
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))


def is_form(request: Request) -> bool:
    """Return whether a browser's form was sent."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM


def _reached_at(request: Request) -> str:
    server = request.scope.get("server")
    return "" if server is None else str(server[0])
