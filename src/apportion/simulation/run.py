"""The event loop: arrivals, ends and incidents in the order of time, and after each the dispatcher's say."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from apportion.model.worker import WorkerStatus
from apportion.simulation.placing.dispatcher import Dispatcher
from apportion.simulation.world.happenings import Incident, late_comers
from apportion.simulation.world.job import Job
from apportion.simulation.world.ledger import End
from apportion.simulation.world.world import World


class Run:
    """One run of a scenario under one strategy.

    Args:
        world: the fleet.
        jobs: in the order of their arrival.
        incidents: in the order of time.
        dispatcher: keeps the queue and places its tasks.
    """

    def __init__(
        self, world: World, jobs: Sequence[Job], incidents: Sequence[Incident], dispatcher: Dispatcher
    ) -> None:
        self._world = world
        self._jobs = jobs
        self._incidents = incidents
        self._dispatcher = dispatcher
        self._next_job = 0
        self._next_incident = 0

    def play(self) -> None:
        """Let everything happen. What still waits when nothing can happen any more has failed."""
        absent = late_comers(list(self._incidents))
        for worker in self._world.workers.values():
            if worker.id not in absent:
                worker.come(0.0)
                self._dispatcher.joined(worker)
        clock, dispatch = self._world.clock, self._dispatcher.dispatch
        while (now := self._next_moment()) < inf:
            clock.now = now
            self._happen(now)
            dispatch()
        self._world.close()
        for job in self._dispatcher.stranded():
            self._world.ledger.settled(job.index, clock.now, End.FAILED)

    def _next_moment(self) -> float:
        """Return when something happens next; incidents matter only while there is work to do."""
        end = self._world.next_end()
        arrival = self._jobs[self._next_job].arrival if self._next_job < len(self._jobs) else inf
        moment = arrival if end is None or arrival < end else end
        if self._next_incident < len(self._incidents) and (moment < inf or self._dispatcher.waiting):
            return min(moment, max(self._world.clock.now, self._incidents[self._next_incident].at))
        return moment

    def _happen(self, now: float) -> None:
        """Let all happen that happens at this moment: incidents, then ends, then arrivals."""
        while self._next_incident < len(self._incidents) and self._incidents[self._next_incident].at <= now:
            self._next_incident += 1
            self._suffer(self._incidents[self._next_incident - 1])
        while self._world.next_end() == now:
            attempt = self._world.take_ended()
            self._dispatcher.ended(attempt, now - attempt.placed)
        jobs = self._jobs
        while self._next_job < len(jobs) and jobs[self._next_job].arrival <= now:
            self._next_job += 1
            self._dispatcher.arrived(jobs[self._next_job - 1])

    def _suffer(self, incident: Incident) -> None:
        worker, change = self._world.workers[incident.worker], incident.change
        offline = worker.status is WorkerStatus.OFFLINE
        status = worker.status if change.status is None else WorkerStatus.read(change.status)
        worker.status = status
        worker.change(change)
        comes = change.join or (offline and status is not WorkerStatus.OFFLINE)
        goes = change.leave or (status is WorkerStatus.OFFLINE and not offline)
        if goes and worker.present:
            self._dispatcher.lost(worker, self._world.lose(worker))
        elif comes and not worker.present:
            worker.come(self._world.clock.now)
            self._dispatcher.joined(worker)
        elif worker.present:
            self._dispatcher.changed(worker)
