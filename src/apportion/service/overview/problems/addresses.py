"""Addresses of the API, made from names that anybody may have made up."""

from __future__ import annotations

from urllib.parse import quote, urlencode


def worker_address(worker_id: str, verb: str = "") -> str:
    """Return the address of a worker, or of something to be done with it."""
    return f"/v1/workers/{quote(worker_id, safe='')}{verb}"


def task_address(task_id: str) -> str:
    """Return the address of a task."""
    return f"/v1/tasks/{quote(task_id, safe='')}"


def tasks_address(**filters: str) -> str:
    """Return the address of a list of tasks."""
    return f"/v1/tasks?{urlencode(filters)}"


def workers_address(**filters: str) -> str:
    """Return the address of a list of workers."""
    return f"/v1/workers?{urlencode(filters)}"
