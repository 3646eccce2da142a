"""Performance Monitoring: how often and how quickly a balancer finds somebody. The guide's class is built in."""

from apportion import LoadBalancer, LoadBalancerMonitor, TaskRequirements, WorkerInfo

monitor = LoadBalancerMonitor(LoadBalancer())

workers = [WorkerInfo("worker-1", {"python"}, max_capacity=10)]

for capability in ("python", "python", "python", "cobol"):
    worker = monitor.monitored_assignment(TaskRequirements({capability}), workers)
    print(f"{capability}: {worker.id if worker else None}")

metrics = monitor.get_metrics()
print("Total:", metrics["total_assignments"])
print("Successful:", metrics["successful_assignments"])
print("Failed:", metrics["failed_assignments"])
print("Success rate:", metrics["success_rate"])
print("Took less than a second each:", metrics["average_assignment_time"] < 1.0, metrics["p99_assignment_time"] < 1.0)

# Prints:
# python: worker-1
# python: worker-1
# python: worker-1
# cobol: None
# Total: 4
# Successful: 3
# Failed: 1
# Success rate: 0.75
# Took less than a second each: True True
