"""Lower bounds that are cheap to compute, all in one value."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from apportion.core.rules import suitable
from apportion.model.plain import Plain
from apportion.simulation.bounds.srpt import srpt_flow
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.world.job import Job, Shape
from apportion.simulation.world.traffic import Traffic


@dataclass(frozen=True)
class Bounds(Plain):
    """Floors under the mean flow time, and the load.

    Each holds for the speeds of the beginning, without noise, contention and failures of workers: events that make
    workers quicker than they were at first void them. Shortest remaining time first (SRPT) is the best there is on one
    machine (Schrage, "A proof of the optimality of the shortest remaining processing time discipline", 1968), and one
    machine with the speed of all slots together can do whatever the slots can.

    Attributes:
        service: mean service time on the best idle worker: nobody waits.
        pooled_srpt: all slots as one machine.
        class_srpt: each set of tasks that the same workers may take, alone on all of these.
        flow: the largest of the three.
        load: work (at best service times) / what all slots can do from the first arrival to the last.
    """

    service: float
    pooled_srpt: float
    class_srpt: float
    flow: float
    load: float


def bounds_of(scenario: Scenario, traffic: Traffic) -> Bounds:
    """Return the floors for this traffic."""
    jobs = traffic.jobs
    if not jobs:
        return Bounds(nan, nan, nan, nan, nan)
    service = sum(job.best for job in jobs) / len(jobs)
    pooled = srpt_flow([(job.arrival, _size(job)) for job in jobs], _slots(scenario, None))
    by_class = 0.0
    for lane, shape in {shape.lane: shape for shape in traffic.shapes}.items():
        own = [job for job in jobs if job.shape.lane == lane]
        flow = srpt_flow([(job.arrival, _size(job)) for job in own], _slots(scenario, shape))
        by_class += max(flow * len(own), sum(job.best for job in own))
    by_class /= len(jobs)
    span = jobs[-1].arrival - jobs[0].arrival
    work = sum(map(_size, jobs))
    load = work / (_slots(scenario, None) * span) if span > 0 else nan
    return Bounds(service, pooled, by_class, max(service, pooled, by_class), load)


def _size(job: Job) -> float:
    """Return the slot seconds that a job takes at least."""
    return job.best * job.requirements.complexity


def _slots(scenario: Scenario, shape: Shape | None) -> float:
    """Return the slots of all workers that may ever take tasks of a shape (None: of all)."""
    return sum(
        (profile.max_capacity if profile.slots is None else profile.slots) * len(profile.ids())
        for profile in scenario.workers
        if shape is None or suitable(shape.requirements, profile.info(profile.id))
    )
