"""Task Affinity (Sticky Workers): prefer specific workers for related tasks."""

from apportion import LoadBalancer, TaskRequirements, WorkerInfo

load_balancer = LoadBalancer()

workers = [WorkerInfo(f"worker-{number}", {"typescript"}, max_capacity=10) for number in range(1, 7)]
task = TaskRequirements(
    capabilities=["typescript"],
    complexity=5,
    priority=7,
    task_type="code-generation",
    affinity=["worker-3", "worker-5"],  # Prefer these workers
)

worker = load_balancer.select_worker(task, workers)
print("A preferred worker has it:", worker.id in {"worker-3", "worker-5"})

# Affinity is a wish, never a requirement: when both are full, somebody else takes the task.
full = [each.replace(current_load=10) if each.id in task.affinity else each for each in workers]
worker = load_balancer.select_worker(task, full)
print("Somebody has it when both are full:", worker is not None and worker.id not in task.affinity)

# Prints:
# A preferred worker has it: True
# Somebody has it when both are full: True
