"""``exists``: the worker has this label, whatever its value."""

from __future__ import annotations

from typing import Any


def exists(_label: Any, _wanted: Any) -> bool:
    """Return True: the operators are asked only about labels that are there."""
    return True
