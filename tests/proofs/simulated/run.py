"""One simulated run: load, faults of every kind, then peace; and what the ledgers say at the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from apportion.model.lifecycle import TaskState
from apportion.ports import TaskFilter
from apportion.runtime.machine import Machine
from tests.proofs.simulated.people import Client, Ledger, Network, Worker
from tests.proofs.simulated.service import RIGHT, FaultyStore, Service, Timeline

PER_SECOND = 3


@dataclass(frozen=True)
class Report:
    """What the ledgers say when all is over.

    Attributes:
        acknowledged, finished: tasks whose submit was acknowledged, and that have ended.
        lost: acknowledged and not finished.
        doubled: won by two leases, as their workers were told.
        undone: won, as a worker was told, and not succeeded in the store.
        stale_accepted: won by a lease that is not the store's.
        unexpected: in the store, and submitted by nobody.
        stale_refused: reports that were refused, as their workers were told.
        faults: commits that failed.
        trace: of all that the machine did and when: the same for the same seed.
    """

    acknowledged: int
    finished: int
    lost: int
    doubled: int
    undone: int
    stale_accepted: int
    unexpected: int
    stale_refused: int
    faults: int
    trace: int

    @property
    def wrong(self) -> int:
        """How many things are as they must never be."""
        return self.lost + self.doubled + self.undone + self.stale_accepted + self.unexpected


def run(
    seed: int, *, seconds: float = 600.0, workers: int = 20, doctor: Callable[[Machine], None] | None = None
) -> Report:
    """Simulate so many seconds under faults, and the peace after them until nothing is left to do."""
    rng, time, ledger = random.Random(seed), Timeline(), Ledger()
    store = FaultyStore(rng, 0.01)
    service = Service(time, rng, store, doctor)
    network = Network(time, rng, service)
    crew = [Worker(f"w{number}", network, ledger, rng) for number in range(workers)]
    client = Client(network, ledger, rng)
    tasks = int(seconds * PER_SECOND)
    for number in range(tasks):
        time.after(rng.uniform(0.0, seconds), lambda number=number: client.submit(number))  # type: ignore[misc]
    _plan_faults(seconds, rng, time, service, network, crew)
    time.run(seconds)
    _make_peace(store, service, network, crew)
    end = seconds
    while end < seconds + 1200.0 and _open(store, ledger):
        end += 20.0
        time.run(end)
    return _report(store, service, ledger)


def _plan_faults(
    seconds: float, rng: random.Random, time: Timeline, service: Service, network: Network, crew: list[Worker]
) -> None:
    def fault() -> None:
        worker, kind = rng.choice(crew), rng.randrange(7)
        if kind == 0:
            service.kill()
            time.after(rng.choice((0.1, 3.0, 20.0)), lambda: None if service.up else service.start())
        elif kind in {1, 2}:
            worker.die()
            time.after(rng.choice((0.1, 5.0, 40.0)), lambda: worker.begin() if worker.incarnation is None else None)
        elif kind in {3, 4}:
            worker.stand_still(rng.choice((2.0, 17.0, 22.0)))
        elif kind == 5:
            service.offset += rng.choice((-86_400.0, -1.0, 1.0, 3600.0)) if rng.random() < 0.3 else 0.5
        else:
            network.cut = {each.id for each in rng.sample(crew, rng.choice((1, len(crew) * 2 // 3, len(crew))))}
            time.after(rng.choice((3.0, 20.0)), network.cut.clear)

    at = 5.0
    while at < seconds:
        time.after(at, fault)
        at += rng.uniform(2.0, 12.0)


def _make_peace(store: FaultyStore, service: Service, network: Network, crew: list[Worker]) -> None:
    store.rate = network.loss = network.doubling = 0.0
    network.cut = set()
    service.offset = RIGHT + 2 * 86_400.0  # every date that was named has come, whatever the clock showed then
    if not service.up:
        service.start()
    for worker in crew:
        if worker.incarnation is None:
            worker.die()
            worker.begin()


def _open(store: FaultyStore, ledger: Ledger) -> bool:
    counts = store.counts()
    return bool(counts[TaskState.QUEUED] or counts[TaskState.ASSIGNED] or ledger.submitted - ledger.acknowledged)


def _report(store: FaultyStore, service: Service, ledger: Ledger) -> Report:
    tasks = {task.id: task for task in store.page(TaskFilter(), 1_000_000)[0]}
    final = {id for id, task in tasks.items() if task.state.final}
    won = {id for id in ledger.won if id not in tasks or tasks[id].state is not TaskState.SUCCEEDED}
    return Report(
        acknowledged=len(ledger.acknowledged),
        finished=len(final),
        lost=len(ledger.acknowledged - final),
        doubled=sum(len(leases) > 1 for leases in ledger.won.values()),
        undone=len(won),
        stale_accepted=sum(id in tasks and tasks[id].lease not in leases for id, leases in ledger.won.items()),
        unexpected=len(tasks.keys() - ledger.submitted),
        stale_refused=ledger.stale_refused,
        faults=store.faults,
        trace=service.trace,
    )
