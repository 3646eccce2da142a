"""Troubleshooting, no workers selected: the guide's three checks, and `explain`, which makes them all."""

from apportion import LoadBalancer, TaskRequirements, WorkerInfo, WorkerStatus

load_balancer = LoadBalancer()

workers = [
    WorkerInfo("worker-1", {"python"}, max_capacity=10),
    WorkerInfo("worker-2", {"python", "gpu"}, max_capacity=10, current_load=9),
    WorkerInfo("worker-3", {"python", "gpu"}, max_capacity=10, status=WorkerStatus.OFFLINE),
]
task = TaskRequirements({"python", "gpu"}, complexity=4)

worker = load_balancer.select_worker(task, workers)

if not worker:
    # Check: Do workers have required capabilities?
    capable = [w for w in workers if all(cap in w.capabilities for cap in task.capabilities)]
    print(f"Capable workers: {len(capable)}")

    # Check: Do workers have available capacity?
    available = [w for w in capable if w.current_load + task.complexity <= w.max_capacity]
    print(f"Available workers: {len(available)}")

    # Check: Are all workers offline?
    online = [w for w in workers if w.status != "offline"]
    print(f"Online workers: {len(online)}")

    # All of it at once, with the smallest changes that would help
    print(load_balancer.explain(task, workers))

# Prints:
# Capable workers: 2
# Available workers: 1
# Online workers: 2
# Full now: somebody could take the task (needs gpu, python; complexity 4) when there is room
#   1 refused by missing-capability: worker-1
#   1 refused by insufficient-capacity: worker-2
#   1 refused by offline: worker-3
#   nearest: worker-1 lacks only 'gpu'
#   nearest: worker-2 has room at load ≤ 6 (it is at 9 of 10)
#   nearest: worker-3 could take it if it came back online
