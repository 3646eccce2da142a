"""What a worker's load adds to its cost, learned for the fleet and for the workers that differ from it.

Where a worker's duration T grows with its utilisation u, one more task there is itself slowed, and slows those who are
there or come: in all, its marginal cost is the derivative of u T(u), which is T (1 + u T'/T). Pigou's toll ("The
economics of welfare", 1920); without it, the quickest workers are crowded.
"""

from __future__ import annotations

from itertools import repeat
from math import inf, log1p
from typing import TYPE_CHECKING, Any

import numpy as np

from apportion.core.learning.load_slope import BEND, LoadSlope
from apportion.core.pool.memory import WorkerMemory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from apportion.core.field import Field
    from apportion.model.worker import WorkerInfo

_STEEPEST = 4.0
_FLEET = (2000.0, 0.25, 1.0)
"""Memory, prior and doubt (see `LoadSlope`): wherever slots share a machine, most workers do, and it stays so."""

_AS_THE_FLEET = -1.0


class Crowding:
    """Slopes of log durations over utilisation, >= 0: that a worker is quicker when it is busier is not believed.

    Attributes:
        fleet: evidence of all workers together.
        slope: what is believed of a worker that has not shown to be different.
        own: worker id -> slope, of those that have.
    """

    def __init__(self) -> None:
        self.fleet = LoadSlope(*_FLEET)
        self.slope = 0.0
        self.own: dict[str, float] = {}
        self._column = WorkerMemory(self._first)

    def of(self, worker_id: str) -> float:
        """Return a worker's slope: its log duration when it is full minus that when it is empty."""
        return self.own.get(worker_id, self.slope)

    def observe(self, worker_id: str, own: LoadSlope, load: float, log_duration: float, variance: float) -> None:
        """Take in residuals of a worker's load and log duration; ``own``: the worker's own evidence."""
        self.fleet.observe(load, log_duration, variance)
        own.observe(load, log_duration, variance)
        self.slope = _bounded(self.fleet.beyond(0.0))
        differs = own.beyond(self.slope)
        if differs:
            self.own[worker_id] = _bounded(self.slope + differs)
            self._column.write(worker_id, self.own[worker_id])
        elif worker_id in self.own:
            self.forget(worker_id)

    def state(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"fleet": self.fleet.state(), "slope": self.slope, "own": dict(self.own)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave, before anything was chosen."""
        self.fleet.restore(state["fleet"])
        self.slope = state["slope"]
        self.own.update(state["own"])

    def forget(self, worker_id: str) -> None:
        """Believe of a worker again what is believed of all."""
        if self.own.pop(worker_id, None) is not None:
            self._column.write(worker_id, _AS_THE_FLEET)

    def added(self, costs: Any, field: Field) -> Any:
        """Return log costs with what the workers' loads add to them: a list or an array, as the field's seats are."""
        if not self.slope and not self.own:
            return costs
        own: Any = field.take(self._column.column(field.pool)) if self.own else None
        if isinstance(field.seats, list):
            slopes = repeat(self.slope) if own is None else map(self._of, own)
            return list(map(_added, costs, slopes, field.load, field.capacity))
        slope: Any = self.slope if own is None else np.where(own == _AS_THE_FLEET, self.slope, own)
        bent: Any = BEND * field.load / field.capacity
        return costs + slope * np.log1p(bent) + np.log1p(slope * bent / (1.0 + bent))

    def added_for(self, worker: WorkerInfo) -> float:
        """Return what a worker's load adds to its log cost."""
        slope = self.of(worker.id)
        return _added(0.0, slope, worker.utilization, 1.0) if slope else 0.0

    def per_unit(self, workers: Sequence[WorkerInfo]) -> NDArray[np.float64]:
        """Return what a unit of complexity adds to each worker's log cost, as a mean from empty to full."""
        full = [_added(0.0, self.of(worker.id), 1.0, 1.0) / (worker.max_capacity or inf) for worker in workers]
        return np.array(full, dtype=np.float64)

    def _of(self, own: float) -> float:
        return self.slope if own == _AS_THE_FLEET else own

    def _first(self, worker: WorkerInfo) -> float:
        return self.own.get(worker.id, _AS_THE_FLEET)


def _added(cost: float, slope: float, load: float, capacity: float) -> float:
    bent = BEND * load / capacity
    return cost + slope * log1p(bent) + log1p(slope * bent / (1.0 + bent))


def _bounded(slope: float) -> float:
    return max(0.0, min(_STEEPEST, slope))
