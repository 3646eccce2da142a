"""Workers of a service, in Python: `Worker` and what its handlers can raise. Needs the extra ``worker``."""

from apportion.executors.signals import Busy, Fatal
from apportion.sdk.work.config import WorkerConfig
from apportion.sdk.work.task import Task
from apportion.worker.find import find_worker
from apportion.worker.worker import Worker

__all__ = ["Busy", "Fatal", "Task", "Worker", "WorkerConfig", "find_worker"]
