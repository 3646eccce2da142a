"""Troubleshooting, poor distribution: look at the strategy and the scores, and switch."""

from apportion import LoadBalancer, RoundRobinStrategy, TaskRequirements, WorkerInfo, WorkerMetrics

load_balancer = LoadBalancer(RoundRobinStrategy())

workers = [
    WorkerInfo("worker-1", {"python"}, max_capacity=10, current_load=8),
    WorkerInfo("worker-2", {"python"}, max_capacity=10, metrics=WorkerMetrics(success_rate=0.5)),
]
task = TaskRequirements({"python"}, complexity=2)

# Check current strategy
print("Current strategy:", load_balancer.get_current_strategy())

# Try switching strategies
load_balancer.set_strategy("adaptive")
print("Current strategy:", load_balancer.get_current_strategy())

# Monitor worker scores
scores = load_balancer.score_workers(task, workers)
print("Worker scores:")
for s in scores:
    print({"id": s.worker.id, "score": round(s.score, 3)})
    print(s.breakdown.to_dict())

# An unknown name is an error that lists the known ones
try:
    load_balancer.set_strategy("adaptiv")
except ValueError as error:
    print(str(error).partition(";")[0])

# Prints:
# Current strategy: round-robin
# Current strategy: adaptive
# Worker scores:
# {'id': 'worker-2', 'score': 0.725}
# {'capacity_score': 1.0, 'performance_score': 0.5, 'affinity_score': 0.5, 'reliability_score': 0.75}
# {'id': 'worker-1', 'score': 0.58}
# {'capacity_score': 0.2, 'performance_score': 1.0, 'affinity_score': 0.5, 'reliability_score': 1.0}
# unknown strategy 'adaptiv' (did you mean 'adaptive'?)
