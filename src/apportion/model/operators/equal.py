"""``==``: the label has exactly this value."""

from __future__ import annotations

from typing import Any


def equal(label: Any, wanted: Any) -> bool:
    """Return whether both are the same value; a boolean equals only a boolean, as in JSON."""
    return isinstance(label, bool) == isinstance(wanted, bool) and bool(label == wanted)
