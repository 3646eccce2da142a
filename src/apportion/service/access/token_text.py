"""What a token looks like: ``apportion_ID_SECRET``. The prefix lets scanners find one where it should not be."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

_PREFIX = "apportion"
_LONGEST = 200


class NewToken(NamedTuple):
    """A token that was just made; its text is never shown again."""

    id: str
    digest: str
    text: str


def new_token() -> NewToken:
    """Return a new token of 256 random bits."""
    id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return NewToken(id, digest_of(secret), f"{_PREFIX}_{id}_{secret}")


def digest_of(secret: str) -> str:
    """Return what is kept of a secret. One round is enough: nobody can try out 2^256 of them."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def taken_apart(text: str) -> tuple[str, str]:
    """Return the id and the digest of a token; of anything else, two that no token has."""
    prefix, _, rest = text[:_LONGEST].partition("_")
    id, _, secret = rest.partition("_")
    return (id if prefix == _PREFIX else ""), digest_of(secret)
