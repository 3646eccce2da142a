"""Sessions of browsers on the wire."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class SessionView(Struct):
    """Who asks.

    Attributes:
        role: what the caller may do.
        open: whether the service asks nobody for a token, as it holds none.
        token: id of the token, no secret; None: the service is open.
        tenant: the only one whose tasks the caller sees; None: all.
        worker: the only one that the caller acts for; None: any, or none yet.
    """

    role: Literal["admin", "viewer", "client", "worker"]
    open: bool
    token: str | None
    tenant: str | None
    worker: str | None
