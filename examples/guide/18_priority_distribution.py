"""Priority-Based Distribution: urgent tasks first, and capacity that is spent as they are placed.

The function is the guide's; `apportion.distribute_tasks` is the same, ready to use.
"""

from collections.abc import Iterable

import apportion
from apportion import LeastLoadedStrategy, LoadBalancer, TaskRequirements, WorkerInfo, WorkerPool


def distribute_tasks(
    tasks: list[TaskRequirements], workers: Iterable[WorkerInfo], load_balancer: LoadBalancer
) -> dict[str, list[TaskRequirements]]:
    assignments: dict[str, list[TaskRequirements]] = {}
    pool = WorkerPool(workers)

    # Sort tasks by priority (high to low)
    sorted_tasks = sorted(tasks, key=lambda task: -task.priority)

    for task in sorted_tasks:
        worker = load_balancer.select_worker(task, pool)

        if worker:
            worker_tasks = assignments.get(worker.id, [])
            worker_tasks.append(task)
            assignments[worker.id] = worker_tasks

            # Update worker load for next iteration: the one line that changes shape
            pool.reserve(worker.id, task.complexity)

    return assignments


workers = [WorkerInfo("worker-1", {"python"}, max_capacity=6), WorkerInfo("worker-2", {"python"}, max_capacity=4)]
tasks = [
    TaskRequirements({"python"}, complexity=4, priority=2, task_type="report"),
    TaskRequirements({"python"}, complexity=4, priority=9, task_type="hotfix"),
    TaskRequirements({"python"}, complexity=4, priority=5, task_type="build"),
]

for distribute in (distribute_tasks, apportion.distribute_tasks):
    assignments = distribute(tasks, workers, LoadBalancer(LeastLoadedStrategy()))
    print({worker_id: [task.task_type for task in given] for worker_id, given in assignments.items()})
print("The workers that were passed are as before:", [worker.current_load for worker in workers])

# Prints:
# {'worker-1': ['hotfix'], 'worker-2': ['build']}
# {'worker-1': ['hotfix'], 'worker-2': ['build']}
# The workers that were passed are as before: [0, 0]
