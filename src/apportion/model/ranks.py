"""What a queued task's rank says besides its place: from `NOT_READY` on, the task must not start yet."""

from __future__ import annotations

from typing import Final

LATER: Final = 1e12
"""Added to the time (Unix seconds) at which a task may start; no rank of a task that may start already is near it."""

NOT_READY: Final = LATER / 2
"""Ranks from here on are of tasks that must not start yet: until a date, or until others have succeeded."""

PARKED: Final = 2e12
"""Ranks from here on are of tasks that wait for others (``after``); no date is near it."""
