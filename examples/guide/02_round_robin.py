"""Round Robin Strategy: simple rotation through the workers that may take the task."""

from apportion import LoadBalancer, RoundRobinStrategy, TaskRequirements, WorkerInfo

load_balancer = LoadBalancer(RoundRobinStrategy())

workers = [WorkerInfo(f"worker-{number}", {"python"}, max_capacity=10) for number in (1, 2, 3)]
task_queue = [TaskRequirements({"python"}) for _ in range(6)]


def assign_task(worker, task):
    print(f"{worker.id} gets a task of complexity {task.complexity}")


# Tasks will be distributed evenly in rotation
for task in task_queue:
    worker = load_balancer.select_worker(task, workers)
    assign_task(worker, task)

# Prints:
# worker-1 gets a task of complexity 1
# worker-2 gets a task of complexity 1
# worker-3 gets a task of complexity 1
# worker-1 gets a task of complexity 1
# worker-2 gets a task of complexity 1
# worker-3 gets a task of complexity 1
