"""Worker Scoring: detailed scores for all workers."""

from apportion import LoadBalancer, TaskRequirements, WorkerInfo, WorkerMetrics

load_balancer = LoadBalancer()

workers = [
    WorkerInfo("worker-1", {"typescript", "testing"}, max_capacity=10, current_load=2),
    WorkerInfo("worker-2", {"typescript", "testing"}, 20, 5, metrics=WorkerMetrics(0.9, average_task_duration=10.0)),
    WorkerInfo("worker-3", {"typescript"}, max_capacity=10),
]
task = TaskRequirements(capabilities=["typescript", "testing"], complexity=6, priority=8)

scores = load_balancer.score_workers(task, workers)

for entry in scores:
    print(f"Worker {entry.worker.id}: {entry.score:.3f}")
    print("  Capacity:", f"{entry.breakdown.capacity_score:.3f}")
    print("  Performance:", f"{entry.breakdown.performance_score:.3f}")
    print("  Affinity:", f"{entry.breakdown.affinity_score:.3f}")
    print("  Reliability:", f"{entry.breakdown.reliability_score:.3f}")
    for rejection in entry.rejections:  # empty where the worker may take the task
        print(f"  Not eligible: {rejection}")

# Prints:
# Worker worker-1: 0.820
#   Capacity: 0.800
#   Performance: 1.000
#   Affinity: 0.500
#   Reliability: 1.000
# Worker worker-2: 0.715
#   Capacity: 0.750
#   Performance: 0.900
#   Affinity: 0.500
#   Reliability: 0.450
# Worker worker-3: 0.900
#   Capacity: 1.000
#   Performance: 1.000
#   Affinity: 0.500
#   Reliability: 1.000
#   Not eligible: missing-capability: lacks 'testing'
