"""Anti-Affinity: workers that a task must never have."""

from apportion import LoadBalancer, TaskRequirements, WorkerInfo

load_balancer = LoadBalancer()

workers = [
    WorkerInfo("worker-1", {"database"}, max_capacity=10, current_load=2),
    WorkerInfo("worker-2", {"database"}, max_capacity=100),
]
task = TaskRequirements(
    capabilities=["database"],
    complexity=8,
    priority=9,
    anti_affinity=["worker-2"],  # Never assign to worker-2
)

worker = load_balancer.select_worker(task, workers)
# Will never return worker-2
print(worker.id)

# Not even when it is the only one left, and not even when affinity names it as well.
print(load_balancer.select_worker(task.replace(affinity=["worker-2"]), [workers[1]]))

# Prints:
# worker-1
# None
