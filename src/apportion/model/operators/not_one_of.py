"""``not-in``: the label has none of these values, or there is no such label."""

from __future__ import annotations

from typing import Any

from apportion.model.operators.one_of import one_of


def not_one_of(label: Any, wanted: Any) -> bool:
    """Return whether the label equals none of ``wanted``."""
    return not one_of(label, wanted)
