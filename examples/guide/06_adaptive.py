"""Adaptive Strategy: combines the others, and learns from feedback."""

from apportion import AdaptiveStrategy, LoadBalancer, TaskRequirements, WorkerInfo

adaptive = AdaptiveStrategy()
load_balancer = LoadBalancer(adaptive)

workers = [WorkerInfo("worker-1", {"python"}, 10), WorkerInfo("worker-2", {"python"}, 10)]
task = TaskRequirements({"python"}, task_type="test-generation")

# Select worker
worker = load_balancer.select_worker(task, workers)

# Provide feedback to improve future selections
load_balancer.update_context(
    worker.id,
    task.task_type,
    True,  # success
    5.0,  # duration in seconds
)

# View current strategy weights
weights = adaptive.get_weights()
print("Strategies:", ", ".join(sorted(weights)))
print(f"Their weights add up to {sum(weights.values()):.1f}")

# What the guide leaves to imagination: worker-2 takes three times as long, and the balancer is only told so.
chosen = []
for _ in range(1000):
    worker = load_balancer.select_worker(task, workers)
    chosen.append(worker.id)
    load_balancer.update_context(worker.id, task.task_type, True, 1.0 if worker.id == "worker-1" else 3.0)
print("worker-1 got more than 90% of the last 500:", chosen[500:].count("worker-1") > 450)
print("worker-2 was tried now and then, should it get better:", 0 < chosen[500:].count("worker-2") < 50)

# Prints:
# Strategies: capability-based, least-loaded, performance-based, round-robin
# Their weights add up to 1.0
# worker-1 got more than 90% of the last 500: True
# worker-2 was tried now and then, should it get better: True
