"""The distributor of a service."""

from __future__ import annotations

from apportion.assemble import TaskDistributor
from apportion.runtime.looks import Looks
from apportion.runtime.remote_calls import RemoteCalls


class ServiceDistributor(RemoteCalls, Looks, TaskDistributor):
    """Local and remote workers, and glances at how things are."""
