"""Task Migration: what should move from whom to whom, to make the load more even."""

from apportion import LoadBalancer, QueuedTask, TaskRequirements, WorkerInfo

load_balancer = LoadBalancer()

# The load of a worker includes the tasks of the queue that name it.
workers = [
    WorkerInfo("worker-1", {"typescript", "testing", "backend"}, max_capacity=20, current_load=17),
    WorkerInfo("worker-2", {"typescript", "testing"}, max_capacity=20, current_load=2),
]

task_queue = [
    QueuedTask("task-1", TaskRequirements(capabilities=["typescript"], complexity=5, priority=7)),
    QueuedTask("task-2", TaskRequirements(capabilities=["backend"], complexity=8, priority=9)),
    QueuedTask("task-3", TaskRequirements(capabilities=["testing"], complexity=4, priority=5)),
]

# Nobody holds any of these tasks yet, so the advice is about workers as a whole.
migrations = load_balancer.suggest_migration(workers, task_queue)

for mig in migrations:
    print(f"Consider migrating tasks from {mig.from_worker} to {mig.to_worker}")
    print(f"Reason: {mig.reason}")

# Where it is known who holds what, each piece of advice is one task, and they can be carried out in order.
held = [task.replace(assigned_worker="worker-1") for task in task_queue]

for mig in load_balancer.suggest_migration(workers, held):
    print(f"Consider migrating {mig.task_id} from {mig.from_worker} to {mig.to_worker}")
    print(f"Reason: {mig.reason}")

# Prints:
# Consider migrating tasks from worker-1 to worker-2
# Reason: worker-1 is at 85% and worker-2 at 10%: moving work would even them out
# Consider migrating task-1 from worker-1 to worker-2
# Reason: worker-1 is at 85% and worker-2 at 10%: moving task-1 (5) evens them out
# Consider migrating task-3 from worker-1 to worker-2
# Reason: worker-1 is at 60% and worker-2 at 35%: moving task-3 (4) evens them out
