"""Quick Start: one task, the best worker for it."""

from apportion import AdaptiveStrategy, LoadBalancer, TaskRequirements, WorkerInfo, WorkerRegistry

worker_registry = WorkerRegistry()
worker_registry.register(WorkerInfo("worker-1", {"typescript", "testing"}, max_capacity=10))
worker_registry.register(WorkerInfo("worker-2", {"typescript"}, max_capacity=10))
worker_registry.register(WorkerInfo("worker-3", {"typescript", "testing"}, max_capacity=5))

# Initialize load balancer with adaptive strategy
load_balancer = LoadBalancer(AdaptiveStrategy())

# Get workers from registry
workers = worker_registry.get_all()

# Define task requirements
task = TaskRequirements(
    capabilities=["typescript", "testing"],
    complexity=7,
    priority=8,
    task_type="test-generation",
)

# Select best worker
worker = load_balancer.select_worker(task, workers)

if worker:
    print(f"Assigned task to {worker.id}")
else:
    print("No capable worker available")

# Prints:
# Assigned task to worker-1
