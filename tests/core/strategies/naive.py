"""The rules of the four fixed strategies, in the words of the promise and one worker at a time."""

from fractions import Fraction


def after_placing(task, worker):
    """Return minus the utilisation after placing the task; exactly, so that ties are ties."""
    return -(Fraction(worker.current_load) + Fraction(task.complexity)) / Fraction(worker.max_capacity)


def utilisation(worker):
    return worker.current_load / worker.max_capacity


def closeness(task, worker):
    if not task.capabilities:
        return (-len(worker.capabilities), -utilisation(worker))
    return len(task.capabilities) / len(worker.capabilities) * (1 - utilisation(worker))


def performance(task, worker, outcomes=(), failed_at=None, now=1000.0):
    """Return the weighted sum; ``outcomes``: (success, duration) of this type on this worker."""
    metrics = worker.metrics
    success, duration = metrics.success_rate, metrics.average_task_duration
    completed = metrics.tasks_completed > 0 or duration > 0
    if len(outcomes) >= 5:
        good = [seconds for well, seconds in outcomes if well and seconds > 0]
        success = sum(well for well, _ in outcomes) / len(outcomes)
        completed, duration = bool(good), sum(good) / len(good) if good else 0.0
    speed = 1 / (1 + duration) if completed else 0.5
    failures = [at for at in (failed_at, metrics.last_failure_at) if at is not None]
    reliability = 1 - 0.3 * max(0, 1 - (now - max(failures)) / 60) if failures else 1.0
    return 0.35 * success + 0.25 * speed + 0.25 * reliability + 0.15 * (1 - utilisation(worker))


def eligible(task, worker):
    return (
        worker.status in {"idle", "busy"}
        and task.capabilities <= worker.capabilities
        and worker.current_load + task.complexity <= worker.max_capacity
        and worker.id not in task.anti_affinity
        and (worker.task_types is None or task.task_type in worker.task_types)
    )
