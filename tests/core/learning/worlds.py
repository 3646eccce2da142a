"""Small worlds with a clock of their own: workers of true speeds, tasks that take time, outcomes told when they end.

Everything is drawn from one seed, so a world runs the same way every time.
"""

from collections import Counter
from heapq import heappop, heappush
from random import Random

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

SEEDS = range(5)


class World:
    """Tasks arrive one after the other, and run on whom the balancer chooses.

    Args:
        seed: of everything that is drawn.
        speeds: worker id -> seconds that a task takes there, or a function of its type.
        failing: worker id -> probability that a task fails there, or a function of its type.
        load: how much of the fleet is busy, about: 0.5 leaves half of it free.
        kinds: worker id -> kind.
    """

    def __init__(self, seed, speeds, failing=None, load=0.5, kinds=None, capacity=4):
        self.rng = Random(seed)
        self.now = 1000.0
        self.speeds = dict(speeds)
        self.failing = dict(failing or {})
        self.failing_seconds = {}
        self.kinds = dict(kinds or {})
        self.capacity = capacity
        self.pool = WorkerPool()
        self.strategy = AdaptiveStrategy(seed=seed)
        self.balancer = LoadBalancer(self.strategy, rng=self.rng, clock=lambda: self.now)
        self.running = []
        self.placed = 0
        for id in self.speeds:
            self.pool.add(WorkerInfo(id, {"python"}, capacity, kind=self.kinds.get(id)))
        self.gap = 1.0 / (load * len(self.speeds) * capacity)

    def join(self, id, seconds, kind=None):
        self.speeds[id] = seconds
        self.pool.add(WorkerInfo(id, {"python"}, self.capacity, kind=kind))

    def _of(self, table, id, kind, otherwise):
        value = table.get(id, otherwise)
        return value(kind) if callable(value) else value

    def run(self, number, kinds=("lint",), explore=True):
        """Place so many tasks, of these types by turns, and return who got how many."""
        got: Counter[str] = Counter()
        for _ in range(number):
            self.now += self.gap * self.rng.expovariate(1.0)
            self._finish_until(self.now)
            task = TaskRequirements(task_type=self.rng.choice(kinds), explore=explore)
            worker = self.balancer.select_worker(task, self.pool)
            if worker is None:
                self._finish_next()
                continue
            self.placed += 1
            got[worker.id] += 1
            self.pool.reserve(worker.id, 1)
            heappush(self.running, (self.now + self._seconds(worker.id, task), self.placed, worker.id, task, self.now))
        return got

    def _seconds(self, id, task):
        seconds = self._of(self.speeds, id, task.task_type, 1.0)
        return seconds * self.rng.lognormvariate(0.0, 0.3)

    def _finish_until(self, moment):
        while self.running and self.running[0][0] <= moment:
            self._finish_next()

    def _finish_next(self):
        ends, _, id, task, began = heappop(self.running)
        self.now = max(self.now, ends)
        failed = self.rng.random() < self._of(self.failing, id, task.task_type, 0.0)
        if self.pool.get(id) is not None:
            self.pool.release(id, 1)
        self.balancer.update_context(id, task.task_type, not failed, ends - began, task=task)


def share(got, *ids):
    """Return which share of the tasks these workers got."""
    return sum(got[id] for id in ids) / max(1, got.total())
