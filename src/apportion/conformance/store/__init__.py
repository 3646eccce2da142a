"""The suite for stores: the guarantees of `apportion.ports.TaskStore`, each check named after the ones that it shows.

::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_my_store(check, tmp_path):
        check(Place(open=lambda: MyStore(tmp_path / "tasks"), durable=True))
"""

from __future__ import annotations

from apportion.conformance.store import committing, lasting, noting, reading, values
from apportion.conformance.store.place import Check, Place

__all__ = ["CHECKS", "Check", "Place"]

CHECKS: tuple[Check, ...] = (*committing.CHECKS, *reading.CHECKS, *values.CHECKS, *lasting.CHECKS, *noting.CHECKS)
