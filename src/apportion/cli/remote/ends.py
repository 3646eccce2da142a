"""Waits for tasks and prints how they ended; their ends decide the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from apportion.cli.exit_codes import ExitCode
from apportion.cli.printing import print_json_lines
from apportion.cli.remote.connection import WHILE_IT_IS_AWAY, Connection
from apportion.cli.remote.pages import history_of
from apportion.cli.remote.views.task import task_view
from apportion.cli.remote.views.task_list import task_list
from apportion.cli.remote.waiting import wait_for_all
from apportion.cli.terminal import output, show
from apportion.clock import wall_clock

if TYPE_CHECKING:
    from apportion.client import Client, TaskView


def print_ends(service: Connection, ids: Sequence[str], within: float | None, *, as_json: bool) -> ExitCode:
    """Wait until these tasks have ended, over a restart of the service too, print them, and return the exit code.

    Raises:
        ResultTimeoutError: not all have ended within so many seconds.
    """
    ended: list[TaskView] = []

    def noted(client: Client) -> Iterator[TaskView]:
        for task in wait_for_all(client, ids, within):
            ended.append(task)
            yield task

    with service.client(WHILE_IT_IS_AWAY) as client:
        if as_json:
            print_json_lines(noted(client))
        else:
            show(output(), _view(client, list(noted(client))))
    return ExitCode.DONE if all(task.state == "succeeded" for task in ended) else ExitCode.TASK_FAILED


def _view(client: Client, tasks: Sequence[TaskView]) -> RenderableType:
    if len(tasks) == 1:
        return task_view(tasks[0], history_of(client, tasks[0].id), None, wall_clock())
    return task_list(tasks, wall_clock(), None)
