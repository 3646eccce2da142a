"""A registry with one worker, and a clock that stands still."""

import pytest

from apportion.clock import VirtualClock
from apportion.registry.registry import WorkerRegistry
from tests.registry.looking import worker


@pytest.fixture
def clock():
    return VirtualClock(1000.0)


@pytest.fixture
def registry(clock):
    registry = WorkerRegistry(clock=clock)
    registry.register(worker())
    return registry
