"""Least Loaded Strategy: the worker that is emptiest after taking the task."""

from apportion import LeastLoadedStrategy, LoadBalancer, TaskRequirements, WorkerInfo

load_balancer = LoadBalancer(LeastLoadedStrategy())

workers = [
    WorkerInfo("worker-1", {"python"}, max_capacity=10, current_load=7),
    WorkerInfo("worker-2", {"python"}, max_capacity=10, current_load=2),
    WorkerInfo("worker-3", {"python"}, max_capacity=4, current_load=1),
]
task = TaskRequirements({"python"}, complexity=2)

# Tasks go to least busy workers
worker = load_balancer.select_worker(task, workers)
print(f"{worker.id} would be {(worker.current_load + task.complexity) / worker.max_capacity:.0%} full")

# Prints:
# worker-2 would be 40% full
