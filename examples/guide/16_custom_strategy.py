"""Custom Strategy: a strategy of your own beside the built-in ones."""

from collections.abc import Sequence

from apportion import LoadBalancer, TaskRequirements, WorkerInfo


class CustomStrategy:
    name = "custom-ml-strategy"

    def select_worker(self, task: TaskRequirements, workers: Sequence[WorkerInfo]) -> WorkerInfo | None:
        # Custom logic for ML workloads
        ml_capable = [w for w in workers if "tensorflow" in w.capabilities and "gpu" in w.capabilities]

        if len(ml_capable) == 0:
            return None

        # Select based on free capacity
        return max(ml_capable, key=lambda w: w.max_capacity - w.current_load)


# Register and use custom strategy
load_balancer = LoadBalancer()
load_balancer.register_strategy(CustomStrategy())
load_balancer.set_strategy("custom-ml-strategy")

workers = [
    WorkerInfo("cpu-1", {"tensorflow"}, max_capacity=64),
    WorkerInfo("gpu-1", {"tensorflow", "gpu"}, max_capacity=16, current_load=10),
    WorkerInfo("gpu-2", {"tensorflow", "gpu"}, max_capacity=16, current_load=4),
]
task = TaskRequirements({"tensorflow"}, complexity=4)

print(load_balancer.select_worker(task, workers).id)
print(load_balancer.select_worker(task, workers[:1]))  # the strategy may choose nobody

# Prints:
# gpu-2
# None
