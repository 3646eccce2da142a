"""Multi-Region Load Balancing: near before far. Region and latency are fields of every worker."""

from apportion import RegionalLoadBalancer, TaskRequirements, WorkerInfo

load_balancer = RegionalLoadBalancer()

workers = [
    WorkerInfo("fra-1", {"python"}, max_capacity=4, region="eu", latency=0.010),
    WorkerInfo("nyc-1", {"python", "gpu"}, max_capacity=4, region="us", latency=0.090),
    WorkerInfo("sin-1", {"python", "gpu"}, max_capacity=4, region="asia", latency=0.180),
]

# Filter by region first
task = TaskRequirements({"python"}, complexity=2)
print("python:", load_balancer.select_worker_by_region(task, workers, "eu").id)

# Fallback to nearest region that has somebody for the task
task = TaskRequirements({"gpu"}, complexity=2)
print("gpu:", load_balancer.select_worker_by_region(task, workers, "eu").id)

# A region that nobody is in: the nearest of all
task = TaskRequirements({"python"}, complexity=2)
print("python, from the moon:", load_balancer.select_worker_by_region(task, workers, "moon").id)

# Prints:
# python: fra-1
# gpu: nyc-1
# python, from the moon: fra-1
