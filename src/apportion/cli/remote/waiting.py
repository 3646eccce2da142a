"""Waits for tasks, and says why where it takes long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from apportion.cli.terminal import messages, say
from apportion.clock import monotonic_clock
from apportion.errors import ResultTimeoutError

if TYPE_CHECKING:
    from apportion.client import Client, TaskView

SOON = 3.0
"""Seconds after which somebody who waits wants to know what for."""


def wait_for_all(client: Client, ids: Sequence[str], within: float | None) -> Iterator[TaskView]:
    """Yield these tasks in their order, each once it has ended.

    Args:
        client: asks the service.
        ids: of the tasks.
        within: seconds to wait at most, for all together; None: as long as it takes.

    Raises:
        ResultTimeoutError: not all have ended by then; they go on.
    """
    deadline = None if within is None else monotonic_clock() + within
    said = False
    for id in ids:
        left = None if deadline is None else max(0.0, deadline - monotonic_clock())
        if not said:
            try:
                yield client.wait(id, SOON if left is None else min(SOON, left))
                continue
            except ResultTimeoutError:
                said = True
                _say_why(client, id)
                left = None if deadline is None else max(0.0, deadline - monotonic_clock())
        yield client.wait(id, left)


def _say_why(client: Client, id: str) -> None:
    why = client.explain_task(id)
    if why.state in {"queued", "assigned"}:
        state = "waits" if why.state == "queued" else "runs"
        say(messages(), "note", f"task {id} {state}: {why.reason}", "cyan")
