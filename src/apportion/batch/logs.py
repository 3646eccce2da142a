"""Where a batch keeps what its commands print."""

from __future__ import annotations

from pathlib import Path

from apportion.executors.log_name import log_name


def log_path(logs: Path, task_id: str) -> Path:
    """Return the file that holds what all attempts of a task printed."""
    return logs / log_name(task_id)
