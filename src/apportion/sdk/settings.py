"""How a client is set up."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from apportion import validation
from apportion.errors import FieldError

URL = "APPORTION_URL"
TOKEN = "APPORTION_TOKEN"  # noqa: S105 -- the name of the variable
DEFAULT_URL = "http://127.0.0.1:8620"


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """How patient a client is.

    Attributes:
        timeout: seconds in which the service has to answer one request, besides what it was asked to wait, > 0.
        patience: seconds for which a call is repeated while the service is away, >= 0; 0: never.
        wait_for_room: seconds for which a submit is repeated while the queue is full, >= 0.
        first_pause: seconds before the first repetition, doubled with each further one; of each, a random part between
            a half and all is waited, so that many clients do not come back at once, > 0.
        longest_pause: seconds that a pause lasts at most, > 0.
        retry_share: repetitions that each answered request allows: 0.2 lets the load grow by a fifth, >= 0.
        retry_reserve: repetitions that are allowed besides; one comes back each second, >= 0.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    timeout: float = 30.0
    patience: float = 30.0
    wait_for_room: float = 0.0
    first_pause: float = 0.1
    longest_pause: float = 5.0
    retry_share: float = 0.2
    retry_reserve: float = 20.0

    def __post_init__(self) -> None:
        for each in fields(self):
            above = 0 if each.name in {"timeout", "first_pause", "longest_pause"} else None
            validation.number(f"ClientConfig.{each.name}", getattr(self, each.name), least=0, above=above)


def checked_url(url: str | None) -> str:
    """Return the address of a service without a slash at its end: the one given, else the environment's or the default.

    Raises:
        FieldError, FieldTypeError: it is no address.
    """
    url = os.environ.get(URL, DEFAULT_URL) if url is None else url
    try:
        parts = urlsplit(validation.text("url", url))
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise FieldError("url", f"{error}, in {url!r}; write {DEFAULT_URL}") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0 or parts.query or parts.fragment:
        raise FieldError("url", f"must be like {DEFAULT_URL}, not {url!r}")
    if parts.username is not None or parts.password is not None:
        raise FieldError("url", f"must hold no password; a token is given as token=… or in {TOKEN}")
    return url.rstrip("/")


def token_of(given: str | None) -> str | None:
    """Return the token: the one given, else the one of the environment, else None.

    Raises:
        FieldError: it holds what no header can.
    """
    token = os.environ.get(TOKEN) if given is None else given
    if not token:
        return None
    if not token.isascii() or not token.isprintable() or " " in token:
        raise FieldError("token", "must be printable ASCII without spaces, as `apportion token create` prints it")
    return token
