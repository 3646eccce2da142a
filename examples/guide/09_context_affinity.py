"""Context-Based Affinity: history and rules that the balancer starts from."""

from apportion import AdaptiveStrategy, BalancingContext, LoadBalancer, TaskRequirements, WorkerInfo

context = BalancingContext(
    task_history={
        "worker-1": ["typescript", "testing", "typescript"],
        "worker-2": ["frontend", "react", "frontend"],
    },
    affinity_rules={
        "typescript": ["worker-1", "worker-4"],
        "frontend": ["worker-2"],
    },
)

load_balancer = LoadBalancer(AdaptiveStrategy(), context)

workers = [WorkerInfo(f"worker-{number}", {"code"}, max_capacity=10) for number in (1, 2, 3, 4)]

# Rules prefer workers for a type of task; history shows in the affinity part of the score.
worker = load_balancer.select_worker(TaskRequirements({"code"}, task_type="frontend"), workers)
print("frontend:", worker.id)
for entry in load_balancer.score_workers(TaskRequirements({"code"}, task_type="typescript"), workers):
    print(f"typescript: {entry.worker.id} has affinity {entry.breakdown.affinity_score:.2f}")

# Prints:
# frontend: worker-2
# typescript: worker-1 has affinity 0.93
# typescript: worker-4 has affinity 0.80
# typescript: worker-2 has affinity 0.50
# typescript: worker-3 has affinity 0.50
