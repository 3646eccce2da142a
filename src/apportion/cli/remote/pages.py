"""Tasks as people look at them: the newest first, and without the values that fill no column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apportion.client import Client, TaskView
    from apportion.wire.looking_closer import TaskHistory

MOST_AT_ONCE = 1000


def newest_tasks(client: Client, filters: Mapping[str, str], wanted: int | None, *, brief: bool) -> Iterator[TaskView]:
    """Yield tasks, page by page as they are looked at.

    Args:
        client: asks the service.
        filters: which tasks, by the names that the API has.
        wanted: how many at most; None: all.
        brief: without payloads and results.
    """
    from apportion.wire.tasks import TaskPage

    left = wanted
    query = {**filters, "newest_first": "true", "brief": str(brief).lower()}
    while left is None or left > 0:
        limit = MOST_AT_ONCE if left is None else min(MOST_AT_ONCE, left)
        page = client.run(client.calls.fetch(("tasks",), TaskPage, {**query, "limit": str(limit)}))
        yield from page.items
        if page.next_cursor is None:
            return
        query["cursor"] = page.next_cursor
        left = None if left is None else left - len(page.items)


def history_of(client: Client, task_id: str) -> TaskHistory:
    """Return what happened to a task, as far as the service remembers."""
    from apportion.wire.looking_closer import TaskHistory

    return client.run(client.calls.fetch(("tasks", task_id, "history"), TaskHistory))
