"""``>``: the label is above the value."""

from __future__ import annotations

from typing import Any


def greater(label: Any, wanted: Any) -> bool:
    """Return whether the label is above the value; a number and a string do not compare (TypeError)."""
    return bool(label > wanted)
