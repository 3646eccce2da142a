"""Tokens for tests: made as `apportion token create` makes them, beside the service."""

from __future__ import annotations

import os
import re
from typing import Any

from apportion.clock import wall_clock
from apportion.model.token import Token
from apportion.service.access.token_text import new_token
from apportion.service.service import Service
from apportion.stores.sqlite.access import SqliteAccess

LIKE_A_TOKEN = re.compile(r"apportion_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")

WRONG = "apportion_0123456789ab_" + "x" * 43


def make_token(service: Service, role: str, **what: Any) -> str:
    """Make a token by another connection to the file, as another process would, and return it; see `token_in`."""
    return token_in(service.settings.store, role, **what)


def token_in(
    store: str | os.PathLike[str] | None,
    role: str,
    *,
    tenant: str | None = None,
    worker: str | None = None,
    lifetime: float | None = None,
    revoked: bool = False,
) -> str:
    """Make a token of a store, whether a service runs on it or not, and return it."""
    made, now = new_token(), wall_clock()
    expires_at = None if lifetime is None else now + lifetime
    book = SqliteAccess(store)
    try:
        book.add(Token(made.id, made.digest, role, tenant, worker, now, expires_at))
        if revoked:
            book.revoke(made.id, now)
    finally:
        book.close()
    return made.text


def revoke(service: Service, text: str) -> None:
    """Revoke a token as another process would."""
    book = SqliteAccess(service.settings.store)
    try:
        assert book.revoke(text.split("_")[1], wall_clock())
    finally:
        book.close()


def bearer(text: str) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {text}"}
