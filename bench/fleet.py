"""Workers and tasks for benchmarks: seeded, heterogeneous, and partly full.

Sixteen capabilities, four a worker; tasks want one or two. So of ten thousand workers some 2,500 or 500 can do a task,
and of those some three quarters have room.
"""

from random import Random

from apportion import TaskRequirements, WorkerInfo, WorkerMetrics, WorkerStatus

CAPABILITIES = [f"cap{number:02d}" for number in range(16)]
TYPES = [f"type{number}" for number in range(8)]
SEED = 20_240_607


def workers(number: int) -> list[WorkerInfo]:
    """Return so many workers, the same whenever asked."""
    random = Random(SEED * 100_003 + number)
    return [_worker(f"w{index}", random) for index in range(number)]


def tasks(number: int = 1_000) -> list[TaskRequirements]:
    """Return so many tasks, the same whenever asked."""
    random = Random(SEED)
    return [
        TaskRequirements(
            random.sample(CAPABILITIES, random.randint(1, 2)),
            random.randint(1, 10),
            random.randint(1, 10),
            random.choice(TYPES),
        )
        for _ in range(number)
    ]


def _worker(id: str, random: Random) -> WorkerInfo:
    capacity = random.randint(10, 50)
    load = random.randint(0, capacity)
    status = WorkerStatus.OVERLOADED if load >= 0.95 * capacity else WorkerStatus.BUSY if load else WorkerStatus.IDLE
    return WorkerInfo(
        id,
        random.sample(CAPABILITIES, 4),
        capacity,
        load,
        WorkerStatus.OFFLINE if random.random() < 0.02 else status,
        WorkerMetrics(random.uniform(0.5, 1), random.uniform(0.1, 20), random.randint(0, 1000), random.randint(0, 50)),
        {kind: random.random() for kind in random.sample(TYPES, 2)},
    )
