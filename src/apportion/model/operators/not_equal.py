"""``!=``: the label has another value, or there is no such label."""

from __future__ import annotations

from typing import Any

from apportion.model.operators.equal import equal


def not_equal(label: Any, wanted: Any) -> bool:
    """Return whether the two differ."""
    return not equal(label, wanted)
