"""What a token lets its holder do. The token itself is kept nowhere: only a digest of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apportion import validation
from apportion.errors import FieldError, did_you_mean

ADMIN: Final = "admin"
VIEWER: Final = "viewer"
CLIENT: Final = "client"
WORKER: Final = "worker"

ROLES: Final = (ADMIN, VIEWER, CLIENT, WORKER)
"""Everything; reading; the tasks of one tenant; the work of one worker."""

DEFAULT_TENANT: Final = "default"


@dataclass(frozen=True, slots=True)
class Token:
    """One token, as it is kept.

    Attributes:
        id: names it in lists and in the audit log; no secret.
        digest: SHA-256 of its secret, in hexadecimal.
        role: one of `ROLES`.
        tenant: of a client: whose tasks it may see and change.
        worker: of a worker: the only id that it may act for; None: the first that it registers.
        created_at: Unix seconds.
        expires_at: Unix seconds from which it is void; None: never.
        revoked_at: Unix seconds since when it is revoked; None: it is not.
        parent: of a browser's session: the token that it was opened with, and ends with.

    Raises:
        FieldError, FieldTypeError: a field that is not allowed, or that does not belong to the role.
    """

    id: str
    digest: str
    role: str
    tenant: str | None
    worker: str | None
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    parent: str | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            near = did_you_mean(self.role, ROLES)
            raise FieldError("role", f"must be {', '.join(ROLES[:-1])} or {ROLES[-1]}, not {self.role!r}{near}")
        _check_owner("tenant", self.tenant, self.role, CLIENT)
        _check_owner("worker", self.worker, self.role, WORKER)

    def valid(self, now: float) -> bool:
        """Return whether it opens anything at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def _check_owner(field: str, name: str | None, role: str, its_role: str) -> None:
    if name is None:
        return
    if role != its_role:
        raise FieldError(field, f"is for the role {its_role} alone, not for {role}")
    if not 1 <= len(validation.text(field, name)) <= 255:
        raise FieldError(field, "must have 1 to 255 characters")
