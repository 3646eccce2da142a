"""Fleets and tasks drawn from a seeded source, for tests that need many workers or long runs."""

from apportion.model.constraint import Constraint
from apportion.model.metrics import WorkerMetrics
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

SKILLS = ("python", "gpu", "rust", "sql")
TYPES = ("lint", "train", "test")
STRATEGIES = ("round-robin", "least-loaded", "capability-based", "performance-based", "adaptive")


def a_worker(rng, id, **fields):
    """Return a worker of any kind that may take most tasks."""
    return WorkerInfo(
        **{
            "id": id,
            "capabilities": rng.sample(SKILLS, rng.randint(2, 4)),
            "max_capacity": rng.choice((4, 8, 16)),
            "current_load": rng.randint(0, 3),
            "metrics": WorkerMetrics(
                success_rate=rng.choice((0.8, 0.9, 1.0)),
                average_task_duration=rng.choice((0.0, 0.5, 2.0)),
                last_failure_at=rng.choice((None, None, 970.0, 999.0)),
            ),
            "labels": {"zone": rng.choice(("eu", "us")), "memory": rng.choice((8, 24))},
            "kind": rng.choice((None, "small", "large")),
            **fields,
        }
    )


def a_fleet(rng, size, **fields):
    """Return so many workers."""
    return [a_worker(rng, f"w{number}", **fields) for number in range(size)]


def a_task(rng, ids, **fields):
    """Return a task of any kind, which prefers one of ``ids`` now and then."""
    ids = list(ids) or ["nobody"]
    some = {
        "capabilities": rng.sample(SKILLS, rng.randint(0, 2)),
        "complexity": rng.choice((0.5, 1, 1, 2)),
        "task_type": rng.choice((None, *TYPES)),
        "explore": rng.random() < 0.9,
    }
    kind = rng.randrange(12)
    if kind == 0:
        some["affinity"] = rng.choices(ids, k=3)
    elif kind == 1:
        some["anti_affinity"] = rng.choices(ids, k=3)
    elif kind == 2:
        some["avoid"] = rng.choices(ids, k=3)
    elif kind == 3:
        some["affinity_key"] = f"key-{rng.randrange(20)}"
    elif kind == 4:
        some["constraints"] = [Constraint("zone", "==", "eu", weight=1), Constraint("memory", ">=", 24, weight=0.5)]
    return TaskRequirements(**{**some, **fields})
