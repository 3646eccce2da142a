"""``in``: the label has one of these values."""

from __future__ import annotations

from typing import Any

from apportion.model.operators.equal import equal


def one_of(label: Any, wanted: Any) -> bool:
    """Return whether the label equals one of ``wanted``."""
    return any(equal(label, value) for value in wanted)
