"""Integration with WorkerRegistry: the guide's class, written against ours.

`get_all` returns workers as the balancer takes them, so the guide's conversion of each is not needed.
"""

from uuid import uuid4

from apportion import LoadBalancer, QueuedTask, TaskRequirements, WorkerInfo, WorkerRegistry


class TaskDistributor:
    def __init__(self) -> None:
        self.registry = WorkerRegistry()
        self.load_balancer = LoadBalancer()

    def distribute_task(self, task: TaskRequirements) -> str | None:
        # Get available workers
        workers = self.registry.get_all()

        # Select best worker
        worker = self.load_balancer.select_worker(task, workers)

        if not worker:
            print("No capable worker available")
            return None

        # Assign task to worker. The guide then reports a success of duration 0, which has not happened yet. The
        # balancer remembers its picks by itself, and is told the outcome when there is one.
        return self.registry.assign_task(worker.id, QueuedTask(str(uuid4()), task))

    def handle_task_completion(self, worker_id: str, task_id: str, success: bool, duration: float) -> None:
        # Complete task in registry
        self.registry.complete_task(worker_id, task_id, success, duration)

        # Update load balancer context
        task = next((t for t in self.registry.get_worker(worker_id).completed_tasks if t.id == task_id), None)

        if task:
            self.load_balancer.update_context(worker_id, task.task_type or "generic", success, duration)

    def monitor_and_rebalance(self) -> None:
        workers = self.registry.get_all()

        # Detect overload
        overload_recs = self.load_balancer.detect_overload(workers)

        if len(overload_recs) > 0:
            print("Overload detected! Recommendations:")
            for rec in overload_recs:
                print(f"  - {rec.reason}")

        # Check for load imbalance
        task_queue = [task for worker in workers for task in self.registry.get_worker(worker.id).active_tasks.values()]
        migration_recs = self.load_balancer.suggest_migration(workers, task_queue)

        if len(migration_recs) > 0:
            print("Load imbalance detected! Consider rebalancing.")


def show(worker_id: str) -> None:
    worker = distributor.registry.get_worker(worker_id)
    load = f"{worker.info.current_load} of {worker.info.max_capacity}"
    print(f"{worker_id} is {worker.info.status} with {len(worker.active_tasks)} tasks, load {load}")


distributor = TaskDistributor()
distributor.registry.register(WorkerInfo("worker-1", {"lint"}, max_capacity=10))
task = TaskRequirements({"lint"}, complexity=3, task_type="lint")

# Three tasks fill the only worker; the fourth finds nobody.
task_ids = [distributor.distribute_task(task) for _ in range(4)]
show("worker-1")

# A second worker comes, and could relieve the first.
distributor.registry.register(WorkerInfo("worker-2", {"lint"}, max_capacity=10))
distributor.monitor_and_rebalance()

# One of the three ends.
distributor.handle_task_completion("worker-1", task_ids[0], True, 2.5)
show("worker-1")

# Prints:
# No capable worker available
# worker-1 is busy with 3 tasks, load 9 of 10
# Overload detected! Recommendations:
#   - worker-1 is overloaded at 90% (9 of 10); worker-2 is at 0%
# Load imbalance detected! Consider rebalancing.
# worker-1 is busy with 2 tasks, load 6 of 10
