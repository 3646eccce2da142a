"""A store that takes its time: whoever beats is answered meanwhile, or could not beat again before its lease ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event

from apportion.model.worker import WorkerInfo
from apportion.ports import Change
from apportion.service.service_distributor import ServiceDistributor
from apportion.stores.memory import MemoryStore
from tests.runtime.waiting import PATIENCE


class GatedStore(MemoryStore):
    """Commits when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Event()
        self.gate.set()

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        assert self.gate.wait(PATIENCE)
        return super().commit(changes)


async def test_a_heartbeat_does_not_wait_for_what_is_written_beside_it():
    store = GatedStore()
    async with ServiceDistributor.open(store) as distributor:
        await distributor.register(WorkerInfo("w", (), 1))
        store.gate.clear()
        submitted = asyncio.ensure_future(distributor.submit("t"))
        beaten = asyncio.ensure_future(distributor.heartbeat("w", None, {}))
        assert not (await asyncio.wait_for(beaten, PATIENCE)).draining
        assert not submitted.done()
        store.gate.set()
        await submitted
