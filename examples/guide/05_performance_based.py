"""Performance Based Strategy: who has done best, and has not failed lately."""

from apportion import LoadBalancer, PerformanceBasedStrategy, TaskRequirements, WorkerInfo, WorkerMetrics

load_balancer = LoadBalancer(PerformanceBasedStrategy())

workers = [
    WorkerInfo("slow", {"deploy"}, 10, metrics=WorkerMetrics(success_rate=0.99, average_task_duration=20.0)),
    WorkerInfo("steady", {"deploy"}, 10, metrics=WorkerMetrics(success_rate=0.98, average_task_duration=1.5)),
    WorkerInfo("shaky", {"deploy"}, 10, metrics=WorkerMetrics(success_rate=0.55, average_task_duration=1.0)),
]
task = TaskRequirements({"deploy"}, complexity=3, priority=10)

# Will select high-performing workers
worker = load_balancer.select_worker(task, workers)
print(f"{worker.id}: succeeds {worker.metrics.success_rate:.0%}, takes {worker.metrics.average_task_duration} s")

# Prints:
# steady: succeeds 98%, takes 1.5 s
