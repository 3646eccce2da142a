"""``>=``: the label is at least the value."""

from __future__ import annotations

from typing import Any


def greater_or_equal(label: Any, wanted: Any) -> bool:
    """Return whether the label is at least the value; a number and a string do not compare (TypeError)."""
    return bool(label >= wanted)
