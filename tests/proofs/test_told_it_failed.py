"""Commits that were written and called failed, or refused, on one in a hundred: as many tasks as were submitted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from apportion.assemble import TaskDistributor
from apportion.errors import StoreError
from apportion.model.worker import WorkerInfo
from apportion.ports import Change
from apportion.stores.memory import MemoryStore

AT_ONCE = 20


class LyingStore(MemoryStore):
    """Of a hundred commits one is refused, and one is written and called refused.

    Args:
        rate: of the commits, how many are refused, and as many more are lies.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.random = random.Random(5)
        self.faults = 0

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        fate = self.random.random()
        if fate < self.rate:
            self.faults += 1
            raise StoreError("the database is locked")
        answers = super().commit(changes)
        if fate < 2 * self.rate:
            self.faults += 1
            raise StoreError("the connection was lost")
        return answers

    def close(self) -> None:
        """Stay open, to be looked at."""


async def submitted(store: LyingStore, number: int, *, with_keys: bool) -> int:
    """Have clients submit, and say it again after each error; return how many tasks the store has then.

    Every so often a client loses patience before it is answered, and asks again.
    """
    impatient = random.Random(3)
    async with TaskDistributor.open(store) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 50), handlers={"echo": _echo})

        async def client(first: int) -> None:
            for each in range(first, number, AT_ONCE):
                key: dict[str, Any] = {"idempotency_key": f"k{each}"} if with_keys else {}
                while True:
                    try:
                        asked = distributor.submit("echo", each, **key)
                        await asyncio.wait_for(asked, 1e-4 if impatient.random() < 0.01 else 60.0)
                    except (StoreError, TimeoutError):
                        continue
                    break

        await asyncio.gather(*(client(first) for first in range(AT_ONCE)))
        await distributor.join()
    return sum(store.counts().values())


async def _echo(payload: Any) -> Any:
    return payload


@pytest.mark.parametrize("number", [1000, pytest.param(20_000, marks=[pytest.mark.proof, pytest.mark.timeout(600)])])
async def test_every_submit_is_one_task(number: int):
    store = LyingStore(0.01)
    assert await submitted(store, number, with_keys=True) == number
    assert store.faults > number // 1000


async def test_without_keys_some_are_taken_twice():
    """The control: whoever asks again without a key asks for another task."""
    assert await submitted(LyingStore(0.01), 3000, with_keys=False) > 3000
