"""What somebody on call should know of: one function a kind of problem, and the table of them.

A new kind is a function in one of the files beside this and a line in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from apportion.service.overview.problems.queue import (
    failed_for_good,
    growing_queue,
    nearly_full_queue,
    nobody_can_take,
    refused_submits,
)
from apportion.service.overview.problems.running import failing_type, failing_worker
from apportion.service.overview.problems.service import draining_service, failing_strategy, troubled_store
from apportion.service.overview.problems.workers import (
    cooling_workers,
    draining_workers,
    no_workers,
    resting_workers,
    silent_workers,
    too_few_workers,
)
from apportion.service.overview.situation import Situation
from apportion.wire.overview import ProblemView

KINDS: tuple[Callable[[Situation], Iterable[ProblemView]], ...] = (
    troubled_store,
    no_workers,
    failing_strategy,
    refused_submits,
    nobody_can_take,
    silent_workers,
    failing_type,
    failing_worker,
    nearly_full_queue,
    growing_queue,
    too_few_workers,
    cooling_workers,
    resting_workers,
    failed_for_good,
    draining_workers,
    draining_service,
)
"""In the order in which they are shown where they are equally severe."""

_MOST = 20
_ORDER = {"critical": 0, "warning": 1, "notice": 2}


def problems_of(situation: Situation) -> list[ProblemView]:
    """Return what is wrong, the worst first."""
    found = [problem for kind in KINDS for problem in kind(situation)]
    return sorted(found, key=lambda problem: _ORDER[problem.severity])[:_MOST]
