"""Capability Based Strategy: the closest match, so that generalists stay free."""

from apportion import CapabilityBasedStrategy, LoadBalancer, TaskRequirements, WorkerInfo

load_balancer = LoadBalancer(CapabilityBasedStrategy())

workers = [
    WorkerInfo("generalist", {"database", "postgresql", "optimization", "frontend", "react", "css"}, max_capacity=20),
    WorkerInfo("dba", {"database", "postgresql", "optimization", "backup"}, max_capacity=20),
    WorkerInfo("designer", {"frontend", "css"}, max_capacity=20),
]

# Define task with specific capability requirements
task = TaskRequirements(capabilities=["database", "postgresql", "optimization"], complexity=8, priority=9)

# Will select worker with best capability match
worker = load_balancer.select_worker(task, workers)
print(f"{worker.id}: {len(task.capabilities)} of its {len(worker.capabilities)} capabilities are needed")

# Prints:
# dba: 3 of its 4 capabilities are needed
