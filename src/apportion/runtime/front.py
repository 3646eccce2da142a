"""The front of one tenant's queue: the waiting tasks that are held in memory, one lane for each shape.

A long queue stays in the store. A lane that is full leaves what comes after in the store, so that a flood of one shape
does not keep others out of memory; a front that is full leaves tasks of further shapes there; tasks that nobody there
could ever take are dropped from a full front, and read again when a worker joins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heapreplace
from math import inf

from apportion.model.task_record import Task
from apportion.runtime.instructions import LoadFront, Position
from apportion.runtime.lane import Lane, Place, Shape, Waiting
from apportion.runtime.unread import START, Unread, earlier

_KEPT_WHEN_SHRUNK = 8

_MOST_READ = 256
"""Tasks that are read at once: of the largest ones, 64 MiB."""

Key = Callable[[Waiting], tuple[float, ...]]
Allows = Callable[[Lane], bool]
_Head = tuple[tuple[float, ...], int, int, Lane]


class Front:
    """The waiting tasks of one tenant in memory.

    Args:
        tenant: whose.
        limit: how many places they may take; a lane takes a quarter of that.
        waiting: by task id; those of all tenants.

    Attributes:
        lanes: by shape.
        unread: tasks in the store whose shape has no lane.
        places: how many places its tasks take. A large one takes several.
    """

    def __init__(self, tenant: str, limit: int, waiting: dict[str, Waiting]) -> None:
        self.tenant = tenant
        self.waiting = waiting
        self.lanes: dict[Shape, Lane] = {}
        self.unread = Unread()
        self.places = 0
        self._dropped: Position | None = None
        self._loading: LoadFront | None = None
        self._left: set[str] = set()
        self._worst = inf
        self.share(limit)

    def share(self, limit: int) -> None:
        """Change how many places its tasks may take; those that are too many by now stay."""
        self._limit = limit
        self._lane_limit = max(2, limit // 4)
        self._low = self._lane_limit // 2

    @property
    def in_use(self) -> bool:
        """Whether anything of it waits, in memory or, as far as is known, in the store."""
        return bool(self.lanes or self.unread or self._dropped or self._loading)

    # --- coming and going -------------------------------------------------------------------------------------------

    def admit(self, task: Task, shape: Shape, rank: float, force: bool = False) -> Waiting | None:
        """Let a task stand in line.

        Args:
            task: its record.
            shape: what it needs now, whom it avoids included.
            rank: its place.
            force: whatever the limits; for a task that would not be found in the store by this rank.

        Returns:
            None when it has to wait in the store.
        """
        lane = self.lanes.get(shape)
        if not force and not self._has_place(lane, rank):
            (self if lane is None else lane).unread.note((rank, ""))
            return None
        if lane is None:
            lane = self.lanes[shape] = Lane(self.tenant, shape)
        waiting = self.waiting[task.id] = Waiting(task, lane, rank)
        lane.add(waiting.place)
        lane.places += waiting.places
        self.places += waiting.places
        return waiting

    def _has_place(self, lane: Lane | None, rank: float) -> bool:
        if lane is not None and (lane.places >= self._lane_limit or lane.unread.hides(rank)):
            return False
        return self.places < self._limit or self.displace(rank)

    def displace(self, rank: float) -> bool:
        """Send the task of the worst rank back to the store, if it is worse than ``rank``: urgent ones find a place."""
        if rank >= self._worst:
            return False
        lasts = [(lane.line[-1], lane) for lane in self.lanes.values() if lane.line and self._as_stored(lane.line[-1])]
        place, lane = max(lasts, key=lambda last: last[0], default=(None, None))
        self._worst = rank if place is None else place.rank
        if place is None or lane is None or rank >= place.rank:
            return False
        lane.unread.note((place.rank, ""))
        self._drop(place, lane)
        return True

    def _drop(self, place: Place, lane: Lane) -> None:
        places = self.waiting.pop(place.task_id).places
        lane.remove(place)
        lane.places -= places
        self.places -= places

    def _as_stored(self, place: Place) -> bool:
        """Return whether the store has the task at this place too; a delayed one that became due it has not."""
        return self.waiting[place.task_id].task.rank == place.rank

    def remove(self, task_id: str) -> Waiting | None:
        """Let a task go, and return how it stood."""
        if self._loading is not None:  # it may be read as it was: one that was cancelled before it ever stood here too
            self._left.add(task_id)
        gone = self.waiting.get(task_id)
        if gone is not None:
            self._drop(gone.place, gone.lane)
            if not gone.lane.line and not gone.lane.unread:
                self.lanes.pop(gone.lane.shape, None)
        return gone

    # --- who is next ------------------------------------------------------------------------------------------------

    def ordered(self, room: float, key: Key, allows: Allows) -> Iterator[Waiting]:
        """Return the tasks that somebody might have room for, the first first. Take no more than are needed.

        Args:
            room: free capacity of all workers together; of one shape no more tasks are returned than fit into it.
            key: puts the heads of lanes in order; the lowest goes first.
            allows: asked before each task whether the limits let one more of its lane start.
        """
        heads: list[_Head] = []
        for number, lane in enumerate(self.lanes.values()):
            lane.limited = False
            if lane.line and not lane.blocked:
                if lane.requirements.complexity > room:
                    lane.blocked = True
                else:
                    heads.append((key(self._at(lane, 0)) if len(self.lanes) > 1 else (), number, 0, lane))
        heapify(heads)
        while heads:
            _, number, index, lane = heads[0]
            if not allows(lane):
                lane.limited = True
                heappop(heads)
                continue
            yield self._at(lane, index)
            index += 1
            if index < len(lane.line) and (index + 1) * lane.requirements.complexity <= room:
                order = key(self._at(lane, index)) if len(heads) > 1 else heads[0][0]
                heapreplace(heads, (order, number, index, lane))
            else:
                heappop(heads)

    def _at(self, lane: Lane, index: int) -> Waiting:
        return self.waiting[lane.line[index].task_id]

    # --- the store's part -------------------------------------------------------------------------------------------

    def next_load(self, idle: bool) -> LoadFront | None:
        """Return what is to be read from the store now, if anything.

        Args:
            idle: somebody has room, and nothing in memory can use it.
        """
        if self._loading is not None or self.places >= self._limit:
            return None
        wanted: Position | None = None
        if idle or self.places < self._low:
            wanted = self.unread.after
        for lane in self.lanes.values():
            if lane.unread and lane.places <= self._low:
                wanted = earlier(wanted, lane.unread.after)
        if wanted is None:
            return None
        for unread in self._all_unread():
            unread.begin()
        self._loading = LoadFront(wanted, min(_MOST_READ, max(2, self._low)), self.tenant)
        return self._loading

    def loaded(self, tasks: Iterable[tuple[Task, Shape]], end: Position | None) -> list[Waiting]:
        """Take in what was read.

        Args:
            tasks: each with what it needs now; those that are held or delayed are left out.
            end: up to where the store was read, or None: to its end.

        Returns:
            Those that now stand in line.
        """
        load, self._loading = self._loading, None
        left, self._left = self._left, set()
        if load is None:
            return []
        for unread in self._all_unread():
            unread.advance(load.after, end)
        taken: list[Waiting] = []
        for task, shape in tasks:
            if task.id not in self.waiting and task.id not in left:
                waiting = self.admit(task, shape, task.rank)
                if waiting is not None:
                    taken.append(waiting)
        for shape in [shape for shape, lane in self.lanes.items() if not lane.line and not lane.unread]:
            del self.lanes[shape]
        return taken

    def _all_unread(self) -> Iterator[Unread]:
        yield self.unread
        for lane in self.lanes.values():
            yield lane.unread

    @property
    def loading(self) -> bool:
        """Whether the store is being read for this."""
        return self._loading is not None

    # --- a full front -----------------------------------------------------------------------------------------------

    @property
    def congested(self) -> bool:
        """Whether tasks of further shapes are kept out of a full front."""
        return bool(self.unread) and self.places >= self._limit and self._loading is None

    def shrink(self, possible: Callable[[Lane], bool]) -> None:
        """Make room in a congested front: keep a few of each blocked shape, and none that nobody could ever take."""
        for lane in [lane for lane in self.lanes.values() if (lane.blocked or lane.limited) and lane.line]:
            can_run = possible(lane)
            rest = [place for place in lane.line if self._as_stored(place)]
            rest = rest[_KEPT_WHEN_SHRUNK if can_run else 0 :]
            for place in rest:
                self._drop(place, lane)
            if rest and can_run:
                lane.unread.note((rest[0].rank, ""))
            elif rest:
                self._dropped = earlier(self._dropped, earlier((rest[0].rank, ""), lane.unread.after))
                if not lane.line:
                    del self.lanes[lane.shape]

    def reconsider(self) -> None:
        """A worker joined or changed: read again what was dropped because nobody could take it."""
        if self._dropped is not None:
            self.unread.note(self._dropped)
            self._dropped = None

    def read_everything(self) -> None:
        """Take nothing for granted: whatever the store holds may be waiting."""
        self.unread.note(START)
