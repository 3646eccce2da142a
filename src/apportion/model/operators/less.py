"""``<``: the label is below the value."""

from __future__ import annotations

from typing import Any


def less(label: Any, wanted: Any) -> bool:
    """Return whether the label is below the value; a number and a string do not compare (TypeError)."""
    return bool(label < wanted)
