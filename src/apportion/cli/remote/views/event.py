"""What happens, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from apportion.cli.durations import precise
from apportion.cli.terminal import plain

_STYLES = {
    "task-succeeded": "green",
    "task-failed": "bold red",
    "task-requeued": "yellow",
    "task-cancelled": "yellow",
    "worker-gone": "red",
    "store-troubled": "bold red",
    "strategy-failed": "bold red",
}


def event_line(kind: str, data: Mapping[str, Any]) -> Text:
    """Return an event as ``time of day (UTC)  kind  who: why``."""
    line = Text.assemble(
        (f"{_clock(data['at'])}  ", "dim") if "at" in data else "", plain(f"{kind:<17}", _STYLES.get(kind, ""))
    )
    if kind == "reset":
        return line.append(" some events were missed")
    if "task_id" in data:
        line.append_text(Text.assemble(" ", plain(data["task_id"]), plain(f" ({data.get('task_type')})", "dim")))
    if data.get("worker_id"):
        line.append_text(plain(f" on {data['worker_id']}" if "task_id" in data else f" {data['worker_id']}"))
    reason = data.get("reason") or data.get("problem")
    if reason:
        line.append_text(plain(f": {reason}", "dim"))
    if data.get("delay"):
        line.append(f", again in {precise(data['delay'])}", "dim")
    return line


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
