"""Every store keeps the guarantees of its socket."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apportion.catalog import STORES
from apportion.conformance.store import CHECKS, Check, Place
from tests.stores.places import PLACES


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("make", PLACES.values(), ids=list(PLACES))
def test_store(make: Callable[[Path], Place], check: Check, tmp_path: Path):
    check(make(tmp_path))


def test_every_store_of_the_catalog_is_tested():
    assert PLACES.keys() == STORES.keys()


def test_every_check_is_in_the_suite_once():
    names = [check.__name__ for check in CHECKS]
    assert len(names) == len(set(names)) == 40
