"""Detecting Overload: who has too much, and who could help."""

from apportion import LoadBalancer, WorkerInfo

load_balancer = LoadBalancer()

workers = [
    WorkerInfo("worker-1", {"python", "sql"}, max_capacity=10, current_load=9),
    WorkerInfo("worker-2", {"python"}, max_capacity=10, current_load=2),
    WorkerInfo("worker-3", {"go"}, max_capacity=10, current_load=10),
]

recommendations = load_balancer.detect_overload(workers)

for rec in recommendations:
    print(f"{rec.reason}")
    print(f"  Migrate from: {rec.from_worker}")
    print(f"  Migrate to: {rec.to_worker}")  # None: nobody shares a capability with it, so scale up
    print(f"  Priority: {rec.priority}/10")

# Prints:
# worker-3 is overloaded at 100% (10 of 10); nobody below 80% shares its capabilities: add workers
#   Migrate from: worker-3
#   Migrate to: None
#   Priority: 10/10
# worker-1 is overloaded at 90% (9 of 10); worker-2 is at 20%
#   Migrate from: worker-1
#   Migrate to: worker-2
#   Priority: 9/10
