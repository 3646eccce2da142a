"""The front of the queue: of each tenant as much as its share of memory holds, and in which order all of it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heapreplace
from itertools import islice
from math import floor, inf

from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.runtime.fair_share import FairShare
from apportion.runtime.front import Allows, Front, Key
from apportion.runtime.instructions import LoadFront, Position
from apportion.runtime.lane import Lane, Shape, Waiting

_LEAST_SHARE = 8

Cost = Callable[[Waiting], float]
_Turn = tuple[float, float, str, Waiting, Iterator[Waiting]]


class Fronts:
    """The waiting tasks in memory. No tenant's flood takes the places of another's few tasks.

    Args:
        limit: how many places there are; each tenant that waits has an equal share of them, and at least eight.
        shares: whose turn it is.

    Attributes:
        waiting: by task id.
    """

    def __init__(self, limit: int, shares: FairShare) -> None:
        self._limit = limit
        self._shares = shares
        self._fronts: dict[str, Front] = {}
        self._loading: Front | None = None
        self.waiting: dict[str, Waiting] = {}

    def __len__(self) -> int:
        return len(self.waiting)

    def lanes(self) -> Iterator[Lane]:
        """Return the lines of all tenants."""
        for front in self._fronts.values():
            yield from front.lanes.values()

    # --- coming and going -------------------------------------------------------------------------------------------

    def admit(self, task: Task, shape: Shape, rank: float, force: bool = False) -> Waiting | None:
        """Let a task stand in line; None: it has to wait in the store. See `Front.admit`."""
        front = self._front(task.tenant)
        if not force:
            self._make_place(front)
        return front.admit(task, shape, rank, force)

    def _make_place(self, front: Front) -> None:
        """Where memory is full, and another tenant has more than its share by now, send its worst task back."""
        if len(self._fronts) == 1 or front.places >= self._share:
            return
        if sum(each.places for each in self._fronts.values()) < self._limit:
            return
        fullest = max(self._fronts.values(), key=lambda each: each.places)
        if fullest.places > self._share:
            fullest.displace(-inf)

    def remove(self, task_id: str, tenant: str) -> None:
        """Let a task go."""
        front = self._fronts.get(tenant)
        if front is not None:
            front.remove(task_id)

    def _front(self, tenant: str) -> Front:
        front = self._fronts.get(tenant)
        if front is None:
            self._fronts = {name: each for name, each in self._fronts.items() if each.in_use}
            front = self._fronts[tenant] = Front(tenant, 0, self.waiting)
            for each in self._fronts.values():
                each.share(self._share)
        return front

    @property
    def _share(self) -> int:
        return max(_LEAST_SHARE, self._limit // len(self._fronts))

    # --- who is next ------------------------------------------------------------------------------------------------

    def window(self, size: int, room: float, key: Key, cost: Cost, allows: Allows) -> list[Waiting]:
        """Return the first tasks that somebody might have room for: tenants take turns.

        Args:
            size: how many at most.
            room: free capacity of all workers together.
            key: puts the tasks of one tenant in order; the lowest goes first.
            cost: what a task's start costs its tenant.
            allows: asked before each task whether limits let one more of its lane start.
        """
        lines: list[tuple[Front, Waiting, Iterator[Waiting]]] = []
        for front in self._fronts.values():
            ordered = front.ordered(room, key, allows)
            first = next(ordered, None)
            if first is not None:
                lines.append((front, first, ordered))
        if len(lines) == 1:
            _, first, ordered = lines[0]
            chosen = [first, *islice(ordered, size - 1)]
            for waiting in chosen:
                waiting.turn = 0
            return chosen
        turns = [
            (self._shares.tag(front.tenant), one.place.rank, front.tenant, one, rest) for front, one, rest in lines
        ]
        return list(islice(self._by_turns(turns, cost), size))

    def _by_turns(self, turns: list[_Turn], cost: Cost) -> Iterator[Waiting]:
        """Merge the tenants' lines. A round is as long as the dearest first start: each has its share in each."""
        start = min((turn[0] for turn in turns), default=0.0)
        longest = max((self._shares.step(tenant, cost(first)) for _, _, tenant, first, _ in turns), default=1.0)
        heapify(turns)
        while turns:
            tag, _, tenant, waiting, rest = turns[0]
            waiting.turn = floor((tag - start) / longest) if longest > 0 else 0
            yield waiting
            following = next(rest, None)
            if following is None:
                heappop(turns)
            else:
                tag += self._shares.step(tenant, cost(waiting))
                heapreplace(turns, (tag, following.place.rank, tenant, following, rest))

    def unblock(self, helps: Callable[[TaskRequirements], bool]) -> None:
        """Let those lanes be tried again for which there is new room."""
        for lane in self.lanes():
            if lane.blocked and helps(lane.requirements):
                lane.blocked = False

    # --- the store's part -------------------------------------------------------------------------------------------

    def next_load(self, idle: bool) -> LoadFront | None:
        """Return what is to be read from the store now, if anything; of those who have least in memory first.

        Args:
            idle: somebody has room, and nothing in memory can use it.
        """
        if self._loading is not None:
            return None
        for front in sorted(self._fronts.values(), key=lambda each: each.places):
            load = front.next_load(idle)
            if load is not None:
                self._loading = front
                return load
        return None

    def loaded(self, tasks: Iterable[tuple[Task, Shape]], end: Position | None) -> list[Waiting]:
        """Take in what was read, and return those that now stand in line. See `Front.loaded`."""
        front, self._loading = self._loading, None
        return [] if front is None else front.loaded(tasks, end)

    @property
    def loading(self) -> bool:
        """Whether the store is being read for this."""
        return self._loading is not None

    def shrink(self, possible: Callable[[Lane], bool]) -> None:
        """Make room in congested fronts: keep a few of each blocked shape, and none that nobody could ever take."""
        for front in self._fronts.values():
            if front.congested:
                front.shrink(possible)

    def reconsider(self) -> None:
        """A worker joined or changed: read again what was dropped because nobody could take it."""
        for front in self._fronts.values():
            front.reconsider()

    def read_everything(self, tenants: Iterable[str]) -> None:
        """Take nothing for granted: whatever the store holds of these tenants may be waiting."""
        for tenant in tenants:
            self._front(tenant).read_everything()
