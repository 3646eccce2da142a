"""Problems of what runs: types and workers that fail."""

from __future__ import annotations

from collections.abc import Iterator

from apportion.service.overview.failing import Failing
from apportion.service.overview.problems.addresses import tasks_address, worker_address
from apportion.service.overview.situation import Situation
from apportion.wire.overview import ActionView, ProblemView

_MOST = 5
_ALMOST_ALL = 0.8


def failing_type(situation: Situation) -> Iterator[ProblemView]:
    """Many attempts of one type fail, whoever runs them."""
    for each in situation.failing_types[:_MOST]:
        retry = ActionView(
            "Retry its failed ones", "POST", "/v1/tasks/retry", {"state": "failed", "task_type": each.name}
        )
        stop = ActionView(
            "Cancel those waiting",
            "POST",
            "/v1/tasks/cancel",
            {"state": "queued", "task_type": each.name},
            f"Cancel every waiting task of the type {each.name}?",
        )
        yield ProblemView(
            "failing-type",
            "critical" if each.failed >= _ALMOST_ALL * (each.failed + each.succeeded) else "warning",
            f"Tasks of the type {each.name} fail: {_share(each)} within five minutes",
            f"The last: {each.error}." if each.error else "No reason was given.",
            "Look at the last failure; retry them once the cause is mended.",
            tasks_address(state="failed", task_type=each.name),
            [retry, stop],
        )


def failing_worker(situation: Situation) -> Iterator[ProblemView]:
    """A worker fails where others do not."""
    blamed = {each.name for each in situation.failing_types}
    cooled = situation.fleet.cooling.names  # these are named already, with the same advice
    for each in [each for each in situation.failing_workers if each.name not in cooled][:_MOST]:
        drain = ActionView("Drain it", "POST", worker_address(each.name, "/drain"))
        yield ProblemView(
            "failing-worker",
            "warning",
            f"Worker {each.name} fails: {_share(each)} within five minutes",
            (f"The last: {each.error}." if each.error else "No reason was given.")
            + (" Whole types fail too, so it may not be its doing." if blamed else ""),
            "Drain it, and see what is wrong with it.",
            worker_address(each.name),
            [drain],
        )


def _share(each: Failing) -> str:
    return f"{each.failed} of {each.failed + each.succeeded} attempts"
