"""The strategies: one file each, and the table of them.

A new built-in strategy is one file beside these and one line in `STRATEGIES`.
"""

from __future__ import annotations

from collections.abc import Callable

from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.core.strategies.base import SeatStrategy
from apportion.core.strategies.capability_based import CapabilityBasedStrategy
from apportion.core.strategies.least_loaded import LeastLoadedStrategy
from apportion.core.strategies.performance_based import PerformanceBasedStrategy
from apportion.core.strategies.round_robin import RoundRobinStrategy

STRATEGIES: dict[str, Callable[[], SeatStrategy]] = {
    RoundRobinStrategy.name: RoundRobinStrategy,
    LeastLoadedStrategy.name: LeastLoadedStrategy,
    CapabilityBasedStrategy.name: CapabilityBasedStrategy,
    PerformanceBasedStrategy.name: PerformanceBasedStrategy,
    AdaptiveStrategy.name: AdaptiveStrategy,
}
"""name -> constructor; every balancer starts with one of each."""
