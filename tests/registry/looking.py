"""A worker, a task, and what a registry says of them."""

from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo


def worker(id="w1", capacity=10, **fields):
    return WorkerInfo(id, ["python"], capacity, **fields)


def task(id="t1", complexity=2, task_type="lint"):
    return QueuedTask(id, TaskRequirements(complexity=complexity, task_type=task_type))


def everything(registry):
    """Return all that can be seen of a registry."""
    return [(info, registry.get_worker(info.id)) for info in registry.get_all()]


def seen(registry, id="w1"):
    return registry.get_worker(id)


def info(registry, id="w1"):
    return seen(registry, id).info
