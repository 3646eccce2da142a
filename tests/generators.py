"""Hypothesis strategies for workers, tasks, queues and contexts.

Names come from small alphabets, so that examples meet: a task's capabilities are often had by somebody, its affinity
often names a worker that is there. Sizes are small multiples of a quarter, so that sums are exact and borders are hit.
"""

from hypothesis import strategies as st

from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.metrics import WorkerMetrics
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus

CAPABILITIES = ("python", "gpu", "typescript")
TASK_TYPES = ("lint", "train", "test")
WORKER_IDS = tuple(f"w{number}" for number in range(8))
LABELS = ("memory", "zone")
LABEL_VALUES = (8, 24, "eu", "us", True)
OPERATORS = ("==", "!=", "<", "<=", ">", ">=")

capability_sets = st.frozensets(st.sampled_from(CAPABILITIES), max_size=2)
id_sets = st.frozensets(st.sampled_from(WORKER_IDS), max_size=2)
task_types = st.none() | st.sampled_from(TASK_TYPES)
sizes = st.integers(1, 24).map(lambda quarters: quarters / 4)
loads = st.integers(0, 32).map(lambda quarters: quarters / 4)
shares = st.integers(0, 10).map(lambda tenths: tenths / 10)
labels = st.dictionaries(st.sampled_from(LABELS), st.sampled_from(LABEL_VALUES))
weights = st.none() | st.integers(1, 3)


def constraints(weights=weights):
    """Return constraints; a weight of None makes a required one."""
    return st.one_of(
        st.builds(
            Constraint, st.sampled_from(LABELS), st.sampled_from(OPERATORS), st.sampled_from(LABEL_VALUES), weights
        ),
        st.builds(
            Constraint,
            st.sampled_from(LABELS),
            st.sampled_from(("in", "not-in")),
            st.lists(st.sampled_from(LABEL_VALUES), max_size=2),
            weights,
        ),
        st.builds(Constraint, st.sampled_from(LABELS), st.just("exists"), st.none(), weights),
    )


metrics = st.builds(
    WorkerMetrics,
    success_rate=shares,
    average_task_duration=st.sampled_from((0.0, 0.5, 10.0, 300.0)),
    tasks_completed=st.integers(0, 50),
    tasks_failed=st.integers(0, 50),
    last_failure_at=st.none() | st.sampled_from((0.0, 950.0, 1000.0)),
)


def workers(**fields):
    """Return one worker of any status, with or without room; ``fields`` replace the strategies of that name."""
    return st.builds(
        WorkerInfo,
        **{
            "id": st.sampled_from(WORKER_IDS),
            "capabilities": capability_sets,
            "max_capacity": loads,
            "current_load": loads,
            "status": st.sampled_from((WorkerStatus.IDLE, WorkerStatus.BUSY, *WorkerStatus)),
            "metrics": metrics,
            "affinity": st.dictionaries(st.sampled_from(TASK_TYPES), shares, max_size=2),
            "labels": labels,
            "task_types": st.none() | st.none() | st.frozensets(st.sampled_from(TASK_TYPES), min_size=1),
            **fields,
        },
    )


def fleets(max_size=8, **fields):
    """Return up to ``max_size`` workers with different ids, in any order."""
    return st.lists(workers(**fields), max_size=max_size, unique_by=lambda worker: worker.id)


def tasks(**fields):
    """Return the requirements of one task; ``fields`` replace the strategies of that name."""
    return st.builds(
        TaskRequirements,
        **{
            "capabilities": capability_sets,
            "complexity": sizes,
            "priority": st.integers(1, 3),
            "task_type": task_types,
            "affinity": id_sets,
            "anti_affinity": id_sets,
            "avoid": id_sets,
            "affinity_key": st.none() | st.sampled_from(("alpha", "beta")),
            "constraints": st.lists(constraints(), max_size=2),
            **fields,
        },
    )


def plain_tasks(**fields):
    """Return tasks without preferences: only what a worker must have counts."""
    nothing = {"affinity": st.just(()), "avoid": st.just(()), "affinity_key": st.none()}
    return tasks(**{**nothing, "constraints": st.lists(constraints(st.none()), max_size=1), **fields})


nobody = st.none()


def queues(requirements=None, max_size=8, assigned=nobody):
    """Return tasks that wait, with different ids, meant for nobody or for those that ``assigned`` draws."""
    entry = st.tuples(tasks() if requirements is None else requirements, assigned)
    return st.lists(entry, max_size=max_size).map(
        lambda drawn: [QueuedTask(f"t{number}", needs, worker) for number, (needs, worker) in enumerate(drawn)]
    )


contexts = st.builds(
    BalancingContext,
    task_history=st.dictionaries(
        st.sampled_from(WORKER_IDS), st.lists(st.sampled_from(TASK_TYPES), max_size=6), max_size=4
    ),
    recent_failures=st.dictionaries(st.sampled_from(WORKER_IDS), st.sampled_from((900.0, 1000.0)), max_size=2),
    affinity_rules=st.dictionaries(st.sampled_from(TASK_TYPES), id_sets, max_size=2),
    load_threshold=st.sampled_from((0.5, 0.8, 1.0)),
)
