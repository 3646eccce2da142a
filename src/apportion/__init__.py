"""Apportion: every task on the right worker.

Importing the package loads the decision core. Names of the upper floors load when they are first used.
"""

import typing as _typing
from importlib import import_module as _import_module

from apportion.core.balancer import LoadBalancer
from apportion.core.monitor import LoadBalancerMonitor
from apportion.core.planning.distribute import distribute_tasks
from apportion.core.pool.pool import WorkerPool
from apportion.core.regional import RegionalLoadBalancer
from apportion.core.scoring import ScoreWeights
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.core.strategies.capability_based import CapabilityBasedStrategy
from apportion.core.strategies.least_loaded import LeastLoadedStrategy
from apportion.core.strategies.performance_based import PerformanceBasedStrategy
from apportion.core.strategies.round_robin import RoundRobinStrategy
from apportion.errors import (
    ApportionError,
    DuplicateError,
    FieldError,
    FieldTypeError,
    QueueFullError,
    ResultTimeoutError,
    StoreError,
    StoreFullError,
    StoreHeldError,
    StrategyError,
    TaskConflictError,
    TaskFailedError,
    UnknownStrategyError,
    UnknownTaskError,
    UnknownWorkerError,
    WorkerUnavailableError,
)
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.explanation import Explanation
from apportion.model.metrics import WorkerMetrics
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.score import Rejection, ScoreBreakdown, WorkerScore
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus
from apportion.ports import BalancingStrategy

if _typing.TYPE_CHECKING:
    from apportion.assemble import TaskDistributor
    from apportion.registry.registry import WorkerRegistry
    from apportion.simulation.result import SimulationResult
    from apportion.simulation.simulate import simulate

__version__ = "0.1.0"

_LATER = {
    "SimulationResult": "apportion.simulation.result",
    "TaskDistributor": "apportion.assemble",
    "WorkerRegistry": "apportion.registry.registry",
    "simulate": "apportion.simulation.simulate",
}
"""name -> the module that it is loaded from on first use."""

__all__ = [
    "AdaptiveStrategy",
    "ApportionError",
    "BalancingContext",
    "BalancingStrategy",
    "CapabilityBasedStrategy",
    "Constraint",
    "DuplicateError",
    "Explanation",
    "FieldError",
    "FieldTypeError",
    "LeastLoadedStrategy",
    "LoadBalancer",
    "LoadBalancerMonitor",
    "PerformanceBasedStrategy",
    "QueueFullError",
    "QueuedTask",
    "RebalanceRecommendation",
    "RegionalLoadBalancer",
    "Rejection",
    "ResultTimeoutError",
    "RoundRobinStrategy",
    "ScoreBreakdown",
    "ScoreWeights",
    "SimulationResult",
    "StoreError",
    "StoreFullError",
    "StoreHeldError",
    "StrategyError",
    "TaskConflictError",
    "TaskDistributor",
    "TaskFailedError",
    "TaskRequirements",
    "UnknownStrategyError",
    "UnknownTaskError",
    "UnknownWorkerError",
    "WorkerInfo",
    "WorkerMetrics",
    "WorkerPool",
    "WorkerRegistry",
    "WorkerScore",
    "WorkerStatus",
    "WorkerUnavailableError",
    "distribute_tasks",
    "simulate",
]


def __getattr__(name: str) -> object:
    """Load a name of an upper floor on first use."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(_import_module(_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
