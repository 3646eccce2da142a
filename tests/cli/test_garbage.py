"""A process that looks seldom for garbage still looks."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from apportion.cli.garbage import look_seldom_for_garbage


class Circle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_refers_to_itself_is_let_go_in_the_end() -> None:
    look_seldom_for_garbage()
    first = weakref.ref(Circle())
    kept: list[Circle] = []
    while first() is not None and len(kept) < 200_000:
        kept.append(Circle())
    assert first() is None
    assert len(kept) > 1_000
