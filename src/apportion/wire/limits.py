"""How large what comes over the wire may be, and the types that say so."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

KIB = 1024
MIB = 1024 * KIB

BODY = MIB
TASK_LIST_BODY = 16 * MIB
VALUE = 256 * KIB
"""A payload or a result, as JSON."""

Name = Annotated[str, Meta(min_length=1, max_length=255)]
"""An id, a type, a tenant, a capability or a key."""

Positive = Annotated[float, Meta(gt=0, le=1e15)]
NotNegative = Annotated[float, Meta(ge=0, le=1e15)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Lease = Annotated[int, Meta(ge=0, le=2**53)]
Text = Annotated[str, Meta(max_length=16 * KIB)]
