"""Everything that a client can ask."""

from __future__ import annotations

from apportion.sdk.fleet_calls import FleetCalls
from apportion.sdk.task_calls import TaskCalls


class Calls(TaskCalls, FleetCalls):
    """Everything that a client can ask."""
