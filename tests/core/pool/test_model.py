"""A pool beside a model of plain dicts, through any sequence of joins, departures, updates and bookings."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from apportion.core.pool.memory import WorkerMemory
from apportion.core.pool.pool import WorkerPool
from apportion.core.rules import suitable
from tests import generators as some

FIELDS = {
    "capabilities": some.capability_sets,
    "max_capacity": some.loads,
    "current_load": some.loads,
    "status": st.sampled_from(("idle", "busy", "overloaded", "draining", "offline")),
    "metrics": some.metrics,
    "labels": some.labels,
    "task_types": st.none() | st.frozensets(st.sampled_from(some.TASK_TYPES)),
}


class PoolModel(RuleBasedStateMachine):
    """What the pool should be: id -> worker, in the order of adding."""

    ids = Bundle("ids")

    def __init__(self):
        super().__init__()
        self.pool = WorkerPool()
        self.model = {}
        self.number = 0
        self.memory = WorkerMemory(lambda worker: worker.metrics.success_rate, {"metrics"})
        self.written = {}

    @rule(target=ids, worker=some.workers())
    def add(self, worker):
        self.number += 1
        worker = worker.replace(id=f"worker-{self.number}")
        self.pool.add(worker)
        self.model[worker.id] = worker
        return worker.id

    @rule(worker=some.workers(), others=st.integers(0, 20))
    def many_come_and_go(self, worker, others):
        """Leave so many holes that the seats are given out anew, and leave some guests behind."""
        first, last = self.number, self.number + 70 + others
        self.number = last
        for number in range(first, last):
            self.pool.add(worker.replace(id=f"guest-{number}"))
        for number in range(first, last):
            if number % 10:
                self.pool.remove(f"guest-{number}")
            else:
                self.model[f"guest-{number}"] = worker.replace(id=f"guest-{number}")

    @rule(id=consumes(ids))
    def remove(self, id):
        self.pool.remove(id)
        del self.model[id]

    @rule(id=ids, data=st.data())
    def update(self, id, data):
        name = data.draw(st.sampled_from(sorted(FIELDS)))
        value = data.draw(FIELDS[name])
        self.pool.update(id, **{name: value})
        self.model[id] = self.model[id].replace(**{name: value})

    @rule(id=ids, amount=some.loads)
    def reserve(self, id, amount):
        worker = self.model[id]
        fits = worker.current_load + amount <= worker.max_capacity
        assert self.pool.reserve(id, amount) == fits
        if fits:
            self.model[id] = worker.replace(current_load=worker.current_load + amount)

    @rule(id=ids, amount=some.loads)
    def release(self, id, amount):
        self.pool.release(id, amount)
        worker = self.model[id]
        self.model[id] = worker.replace(current_load=max(0, worker.current_load - amount))

    @rule(id=ids)
    def the_memory_is_read(self, id):
        column = self.memory.column(self.pool)
        for seat, worker in self.pool.seated():
            assert column.scalar[seat] == column.vector[seat] == self.model[worker.id].metrics.success_rate

    @rule(task=some.tasks(anti_affinity=st.just(())), limit=st.integers(0, 6))
    def members_are_found(self, task, limit):
        members = self.pool.members(task)
        able = [worker for worker in self.model.values() if suitable(task, worker) and worker.max_capacity > 0]
        assert [self.pool.at(seat) for seat in members.seats] == able
        assert members.vector().tolist() == members.seats
        room = sum(worker.current_load + task.complexity <= worker.max_capacity for worker in able)
        assert members.more_with_room_than(limit, task.complexity) == (room > limit)

    @invariant()
    def it_is_the_same_sequence(self):
        assert list(self.pool) == list(self.model.values())
        assert len(self.pool) == len(self.model)

    @invariant()
    def everybody_is_found(self):
        for id, worker in self.model.items():
            assert self.pool.get(id) == worker
        if self.model:
            assert [self.pool[index] for index in range(len(self.pool))] == list(self.model.values())

    @invariant()
    def the_columns_are_right(self):
        for seat, worker in self.pool.seated():
            assert self.pool.seat(worker.id) == seat
            assert self.pool.load.scalar[seat] == self.pool.load.vector[seat] == worker.current_load
            assert self.pool.capacity.scalar[seat] == self.pool.capacity.vector[seat] == worker.max_capacity

    @invariant()
    def seats_ascend(self):
        seats = [seat for seat, _ in self.pool.seated()]
        assert seats == sorted(seats)


TestPool = PoolModel.TestCase
TestPool.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
