"""Queue Reordering: the whole queue planned at once, under capacity."""

from apportion import LoadBalancer, QueuedTask, TaskRequirements, WorkerInfo

load_balancer = LoadBalancer()

workers = [
    WorkerInfo("worker-1", {"typescript", "testing"}, max_capacity=8),
    WorkerInfo("worker-2", {"backend"}, max_capacity=8),
]
task_queue = [
    QueuedTask("task-1", TaskRequirements(["typescript"], complexity=5, priority=7)),
    QueuedTask("task-2", TaskRequirements(["backend"], complexity=8, priority=9)),
    QueuedTask("task-3", TaskRequirements(["testing"], complexity=4, priority=5)),
]

reordered = load_balancer.reorder_queue(task_queue, workers)

print("Optimized task order:")
for task in reordered:
    print(f"- {task.id} (priority: {task.requirements.priority})")
    print(f"  Assigned to: {task.assigned_worker or 'unassigned'}")

# Prints:
# Optimized task order:
# - task-2 (priority: 9)
#   Assigned to: worker-2
# - task-1 (priority: 7)
#   Assigned to: worker-1
# - task-3 (priority: 5)
#   Assigned to: unassigned
