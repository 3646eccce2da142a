"""The registry beside a model of plain dicts, over any sequence of calls."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from apportion.clock import VirtualClock
from apportion.errors import CallerError
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.registry.registry import WorkerRegistry

ids = st.sampled_from(("w1", "w2", "w3"))
task_ids = st.sampled_from(("a", "b", "c", "d"))
CAPACITY = 3


class RegistryAndModel(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.clock = VirtualClock(1000.0)
        self.registry = WorkerRegistry(clock=self.clock, heartbeat_timeout=30)
        self.held = {}  # worker -> {task: size}
        self.seen = {}
        self.offline = set()
        self.draining = set()

    def agree(self, allowed, call, *arguments):
        """Make a call, which is refused exactly where the model says so."""
        try:
            answer = call(*arguments)
        except CallerError:
            assert not allowed
            return None
        assert allowed
        return answer

    @rule(id=ids)
    def register(self, id):
        allowed = id not in self.held or id in self.offline
        self.agree(allowed, self.registry.register, WorkerInfo(id, (), CAPACITY))
        if allowed:
            self.held[id], self.seen[id] = {}, self.clock()
            self.offline.discard(id)
            self.draining.discard(id)

    @rule(id=ids)
    def deregister(self, id):
        returned = self.agree(id in self.held, self.registry.deregister, id)
        if id in self.held:
            assert {task.id for task in returned} == self.held.pop(id).keys()
            self.offline.discard(id)
            self.draining.discard(id)

    @rule(id=ids)
    def heartbeat(self, id):
        self.agree(id in self.held, self.registry.heartbeat, id)
        if id in self.held:
            self.seen[id] = self.clock()
            self.offline.discard(id)

    @rule(id=ids)
    def drain(self, id):
        self.agree(id in self.held, self.registry.drain, id)
        if id in self.held:
            self.draining.add(id)

    @rule(id=ids, task=task_ids, size=st.integers(1, 2))
    def assign(self, id, task, size):
        allowed = (
            id in self.held
            and id not in self.offline | self.draining
            and not any(task in held for held in self.held.values())
            and sum(self.held[id].values()) + size <= CAPACITY
        )
        self.agree(allowed, self.registry.assign_task, id, QueuedTask(task, TaskRequirements(complexity=size)))
        if allowed:
            self.held[id][task] = size

    @rule(id=ids, task=task_ids, success=st.booleans())
    def complete(self, id, task, success):
        allowed = task in self.held.get(id, {})
        self.agree(allowed, self.registry.complete_task, id, task, success)
        if allowed:
            del self.held[id][task]
            self.seen[id] = self.clock()

    @rule(seconds=st.sampled_from((1, 20, 40)))
    def expire(self, seconds):
        self.clock.advance(seconds)
        returned = {task.id for task in self.registry.expire()}
        lost = {id for id in self.held if id not in self.offline and self.clock() - self.seen[id] > 30}
        assert returned == {task for id in lost for task in self.held[id]}
        self.offline |= lost
        for id in lost:
            self.held[id] = {}

    @invariant()
    def they_agree(self):
        workers = {worker.id: worker for worker in self.registry.get_all()}
        assert workers.keys() == self.held.keys()
        for id, worker in workers.items():
            held = self.held[id]
            assert worker.current_load == sum(held.values())
            status = (
                "offline" if id in self.offline else "draining" if id in self.draining else "busy" if held else "idle"
            )
            assert worker.status == status
            seen = self.registry.get_worker(id)
            assert seen is not None
            assert seen.active_tasks.keys() == held.keys()


TestRegistryAndModel = RegistryAndModel.TestCase
