"""Problems of workers: gone, resting, too few."""

from __future__ import annotations

from collections.abc import Iterator

from apportion.service.overview.problems.addresses import worker_address, workers_address
from apportion.service.overview.situation import Situation
from apportion.wire.overview import ActionView, ProblemView

_FULL = 0.95


def no_workers(situation: Situation) -> Iterator[ProblemView]:
    """Tasks wait, and nobody is there."""
    view = situation.fleet.view
    there = view.total - view.by_status.get("offline", 0)
    if not there and situation.waiting:
        known = f"{view.total} registered, all silent" if view.total else "none is registered"
        yield ProblemView(
            "no-workers",
            "critical",
            f"{situation.waiting:,} tasks wait and no worker is there",
            f"Workers: {known}.",
            "Start some: `apportion worker MODULE:WORKER`, or local ones with `apportion up FLEET`.",
            "/v1/workers",
            [],
        )


def silent_workers(situation: Situation) -> Iterator[ProblemView]:
    """Workers give no sign of life."""
    silent, held, view = situation.fleet.silent, situation.fleet.silent_held, situation.fleet.view
    if not silent.count:
        return
    holding = f" They hold {held} tasks, which are given to others once their leases have run out." if held else ""
    actions = [
        ActionView(f"Remove {name}", "DELETE", worker_address(name), confirm=f"Forget the worker {name}?")
        for name in (silent.names if silent.count <= 2 else ())
    ]
    yield ProblemView(
        "silent",
        "critical" if silent.count > view.total / 2 else "warning",
        f"{silent.count} of {view.total} workers {'is' if silent.count == 1 else 'are'} silent",
        f"{silent}.{holding}",
        "See whether they or their network are down. They come back by themselves when they call again.",
        workers_address(status="offline"),
        actions,
    )


def too_few_workers(situation: Situation) -> Iterator[ProblemView]:
    """All there is, is taken."""
    view = situation.fleet.view
    if situation.waiting and view.capacity and view.load >= _FULL * view.capacity:
        yield ProblemView(
            "full",
            "notice",
            f"The fleet is full: {view.load:g} of {view.capacity:g} units are taken",
            f"{situation.waiting:,} tasks wait for room.",
            "Add workers if they wait too long.",
            "/v1/workers",
            [],
        )


def resting_workers(situation: Situation) -> Iterator[ProblemView]:
    """Workers get nothing for a while."""
    resting = situation.fleet.resting
    if resting.count:
        one = resting.count == 1
        yield ProblemView(
            "resting",
            "warning",
            f"{resting.count} {'worker gets' if one else 'workers get'} nothing for now",
            f"{resting} said to be too busy.",
            "They are given tasks again once their pause is over.",
            workers_address(status="overloaded"),
            [],
        )


def cooling_workers(situation: Situation) -> Iterator[ProblemView]:
    """Workers that kept failing what others can do."""
    cooling = situation.fleet.cooling
    if cooling.count:
        one = cooling.count == 1
        yield ProblemView(
            "cooled-down",
            "warning",
            f"{cooling.count} {'worker is' if one else 'workers are'} cooled down after failures",
            f"{cooling}: {situation.fleet.why_cooling}.",
            "Each is tried again with one task by itself; see what is wrong with it, or drain it.",
            worker_address(cooling.names[0]) if one else workers_address(status="overloaded"),
            [ActionView(f"Drain {name}", "POST", worker_address(name, "/drain")) for name in cooling.names[:1] if one],
        )


def draining_workers(situation: Situation) -> Iterator[ProblemView]:
    """Workers finish what they hold."""
    draining = situation.fleet.draining
    if draining.count:
        yield ProblemView(
            "draining",
            "notice",
            f"{draining.count} {'worker drains' if draining.count == 1 else 'workers drain'}",
            f"{draining}: nothing new for them.",
            "Stop them once they hold nothing.",
            workers_address(status="draining"),
            [],
        )
