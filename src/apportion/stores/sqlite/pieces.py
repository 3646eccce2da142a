"""Long lists of names, as statements take them: piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

AT_ONCE: Final = 500
"""Names in one statement: older versions of SQLite take 999."""


def pieces_of(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the names in pieces, without those that hold half a surrogate pair: no stored text does."""
    sound = [name for name in names if name.isascii() or _is_sound(name)]
    for start in range(0, len(sound), AT_ONCE):
        yield sound[start : start + AT_ONCE]


def _is_sound(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
