"""Why no answer came, as whoever has to mend it needs it: also where the library itself says nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import httpx

AUTHORITIES: Final = "SSL_CERT_FILE"

_REMEDIES: Final = (
    ("certificate is not valid for", "the certificate is for another name: reach the service by that one"),
    ("certificate has expired", "the service needs a new certificate"),
    ("CERTIFICATE_VERIFY_FAILED", f"{AUTHORITIES}=FILE names the certificates of the authorities that are trusted"),
    ("WRONG_VERSION_NUMBER", "no TLS is spoken there: the address may begin with http://"),
    ("RECORD_LAYER_FAILURE", "no TLS is spoken there: the address may begin with http://"),
    ("PACKET_LENGTH_TOO_LONG", "no TLS is spoken there: the address may begin with http://"),
)
"""What is said -> what can be done; the first one counts."""


def reason_of(error: httpx.TransportError) -> str:
    """Return what went wrong, and what can be done about it where that is known."""
    name, said = type(error).__name__, str(error)
    if isinstance(error, httpx.RemoteProtocolError) and "without sending a response" in said and _is_plain(error):
        return f"{name}: {said.rstrip('.')}; if TLS is spoken there, the address begins with https://"
    remedy = next((remedy for mark, remedy in _REMEDIES if mark in said), None)
    if remedy is not None:
        return f"{name}: {said}; {remedy}{_absent_file()}"
    return f"{name}: {said}" if said else name


def _is_plain(error: httpx.TransportError) -> bool:
    try:
        return error.request.url.scheme == "http"
    except RuntimeError:  # no request belongs to it
        return False


def _absent_file() -> str:
    """Return that a list of authorities is named and not there: OpenSSL passes over it in silence."""
    named = os.environ.get(AUTHORITIES)
    return f"; {named}, which it names now, is not there" if named and not Path(named).is_file() else ""
