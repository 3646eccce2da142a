"""Troubleshooting, persistent overload: who is overloaded, more workers, smaller tasks."""

from math import floor

from apportion import LoadBalancer, QueuedTask, TaskRequirements, WorkerInfo, WorkerRegistry


class Machines:
    """Starts and stops workers when the registry asks: the part that only you can write."""

    def scale(self, wanted, present):
        for number in range(len(present) + 1, wanted + 1):
            worker_registry.register(WorkerInfo(f"worker-{number}", {"python"}, max_capacity=10))


worker_registry = WorkerRegistry(provisioner=Machines())
load_balancer = LoadBalancer()

worker_registry.register(WorkerInfo("worker-1", {"python"}, max_capacity=10))
worker_registry.assign_task("worker-1", QueuedTask("task-1", TaskRequirements({"python"}, complexity=9)))
workers = worker_registry.get_all()
task = TaskRequirements({"python"}, complexity=8)

# Check overload recommendations
overload = load_balancer.detect_overload(workers)
print("Overload recommendations:")
for rec in overload:
    print(f"  {rec.reason}")

# Increase worker capacity or add workers
worker_registry.scale_workers(len(workers) + 2)
print("Workers:", [worker.id for worker in workers])

# Reduce task complexity
task = task.replace(complexity=floor(task.complexity * 0.8))
print("Complexity:", task.complexity)
print("It has room now:", load_balancer.select_worker(task, workers) is not None)

# Prints:
# Overload recommendations:
#   worker-1 is overloaded at 90% (9 of 10); nobody below 80% shares its capabilities: add workers
# Workers: ['worker-1', 'worker-2', 'worker-3']
# Complexity: 6
# It has room now: True
