"""The front of the queue: the waiting tasks that are held in memory, one lane for each shape.

A long queue stays in the store. A lane that is full leaves what comes after in the store, so that a flood of one shape
does not keep others out of memory; a front that is full leaves tasks of further shapes there; tasks that nobody there
could ever take are dropped from a full front, and read again when a worker joins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heapreplace
from math import inf

from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.runtime.instructions import LoadFront, Position
from apportion.runtime.lane import Lane, Place, Waiting
from apportion.runtime.unread import START, Unread, earlier

_KEPT_WHEN_SHRUNK = 8

Key = Callable[[Waiting], tuple[float, ...]]
_Head = tuple[tuple[float, ...], int, int, Lane]


class Front:
    """The waiting tasks in memory.

    Args:
        limit: how many there may be; a lane takes a quarter of that.

    Attributes:
        waiting: by task id.
        lanes: by shape.
        unread: tasks in the store whose shape has no lane.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lane_limit = max(2, limit // 4)
        self._low = self._lane_limit // 2
        self.waiting: dict[str, Waiting] = {}
        self.lanes: dict[TaskRequirements, Lane] = {}
        self.unread = Unread()
        self._dropped: Position | None = None
        self._loading: LoadFront | None = None
        self._left: set[str] = set()
        self._worst = inf

    def __len__(self) -> int:
        return len(self.waiting)

    # --- coming and going -------------------------------------------------------------------------------------------

    def admit(self, task: Task, requirements: TaskRequirements, rank: float, force: bool = False) -> Waiting | None:
        """Let a task stand in line.

        Args:
            task: its record.
            requirements: what it needs now, whom it avoids included.
            rank: its place.
            force: whatever the limits; for a task that would not be found in the store by this rank.

        Returns:
            None when it has to wait in the store.
        """
        lane = self.lanes.get(requirements)
        if not force and not self._has_place(lane, rank):
            (self if lane is None else lane).unread.note((rank, ""))
            return None
        if lane is None:
            lane = self.lanes[requirements] = Lane(requirements)
        waiting = self.waiting[task.id] = Waiting(task, lane, rank)
        lane.add(waiting.place)
        return waiting

    def _has_place(self, lane: Lane | None, rank: float) -> bool:
        if lane is not None and (len(lane.line) >= self._lane_limit or lane.unread.hides(rank)):
            return False
        return len(self.waiting) < self._limit or self._displace(rank)

    def _displace(self, rank: float) -> bool:
        """Send the task of the worst rank back to the store, if it is worse than ``rank``: urgent ones find a place."""
        if rank >= self._worst:
            return False
        lasts = [(lane.line[-1], lane) for lane in self.lanes.values() if lane.line and self._as_stored(lane.line[-1])]
        place, lane = max(lasts, key=lambda last: last[0], default=(None, None))
        self._worst = rank if place is None else place.rank
        if place is None or lane is None or rank >= place.rank:
            return False
        lane.unread.note((place.rank, ""))
        del self.waiting[place.task_id]
        lane.remove(place)
        return True

    def _as_stored(self, place: Place) -> bool:
        """Return whether the store has the task at this place too; a delayed one that became due it has not."""
        return self.waiting[place.task_id].task.rank == place.rank

    def remove(self, task_id: str) -> Waiting | None:
        """Let a task go, and return how it stood."""
        gone = self.waiting.pop(task_id, None)
        if self._loading is not None:  # it may be read as it was: one that was cancelled before it ever stood here too
            self._left.add(task_id)
        if gone is not None:
            gone.lane.remove(gone.place)
            if not gone.lane.line and not gone.lane.unread:
                self.lanes.pop(gone.lane.requirements, None)
        return gone

    # --- who is next ------------------------------------------------------------------------------------------------

    def window(self, size: int, room: float, key: Key) -> list[Waiting]:
        """Return the first tasks that somebody might have room for.

        Args:
            size: how many at most.
            room: free capacity of all workers together; of one shape no more tasks are returned than fit into it.
            key: puts the heads of lanes in order; the lowest goes first.
        """
        heads: list[_Head] = []
        for number, lane in enumerate(self.lanes.values()):
            if lane.line and not lane.blocked:
                if lane.requirements.complexity > room:
                    lane.blocked = True
                else:
                    heads.append((key(self._at(lane, 0)), number, 0, lane))
        if len(heads) == 1:
            lane = heads[0][3]
            most = int(min(size, room // lane.requirements.complexity))
            return [self.waiting[place.task_id] for place in lane.line[:most]]
        heapify(heads)
        return list(self._merged(heads, size, room, key))

    def _merged(self, heads: list[_Head], size: int, room: float, key: Key) -> Iterator[Waiting]:
        for _ in range(size):
            if not heads:
                return
            _, number, index, lane = heads[0]
            yield self._at(lane, index)
            index += 1
            if index < len(lane.line) and (index + 1) * lane.requirements.complexity <= room:
                heapreplace(heads, (key(self._at(lane, index)), number, index, lane))
            else:
                heappop(heads)

    def _at(self, lane: Lane, index: int) -> Waiting:
        return self.waiting[lane.line[index].task_id]

    def unblock(self, helps: Callable[[TaskRequirements], bool]) -> None:
        """Let those lanes be tried again for which there is new room."""
        for lane in self.lanes.values():
            if lane.blocked and helps(lane.requirements):
                lane.blocked = False

    # --- the store's part -------------------------------------------------------------------------------------------

    def next_load(self, idle: bool) -> LoadFront | None:
        """Return what is to be read from the store now, if anything.

        Args:
            idle: somebody has room, and nothing in memory can use it.
        """
        if self._loading is not None or len(self.waiting) >= self._limit:
            return None
        wanted: Position | None = None
        if idle or len(self.waiting) < self._low:
            wanted = self.unread.after
        for lane in self.lanes.values():
            if lane.unread and len(lane.line) <= self._low:
                wanted = earlier(wanted, lane.unread.after)
        if wanted is None:
            return None
        for unread in self._all_unread():
            unread.begin()
        self._loading = LoadFront(wanted, max(2, self._low))
        return self._loading

    def loaded(self, tasks: Iterable[tuple[Task, TaskRequirements]], end: Position | None) -> list[Waiting]:
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
        for task, requirements in tasks:
            if task.id not in self.waiting and task.id not in left:
                waiting = self.admit(task, requirements, task.rank)
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
        return bool(self.unread) and len(self.waiting) >= self._limit and self._loading is None

    def shrink(self, possible: Callable[[TaskRequirements], bool]) -> None:
        """Make room in a congested front: keep a few of each blocked shape, and none that nobody could ever take."""
        for lane in [lane for lane in self.lanes.values() if lane.blocked and lane.line]:
            can_run = possible(lane.requirements)
            rest = [place for place in lane.line if self._as_stored(place)]
            rest = rest[_KEPT_WHEN_SHRUNK if can_run else 0 :]
            for place in rest:
                del self.waiting[place.task_id]
                lane.remove(place)
            if rest and can_run:
                lane.unread.note((rest[0].rank, ""))
            elif rest:
                self._dropped = earlier(self._dropped, earlier((rest[0].rank, ""), lane.unread.after))
                if not lane.line:
                    del self.lanes[lane.requirements]

    def reconsider(self) -> None:
        """A worker joined or changed: read again what was dropped because nobody could take it."""
        if self._dropped is not None:
            self.unread.note(self._dropped)
            self._dropped = None

    def read_everything(self) -> None:
        """Take nothing for granted: whatever the store holds may be waiting."""
        self.unread.note(START)
