"""Rules of the user's own hold in a plan as they do in a single pick."""

from apportion import LoadBalancer, QueuedTask, TaskRequirements, WorkerInfo


def test_a_plan_gives_nothing_to_whom_a_custom_rule_refuses():
    workers = [WorkerInfo("refused", (), 100), WorkerInfo("allowed", (), 1)]
    queue = [QueuedTask(id, TaskRequirements()) for id in ("first", "second")]
    balancer = LoadBalancer(rules=[lambda task, worker: "not this one" if worker.id == "refused" else None])

    planned = balancer.reorder_queue(queue, workers)

    assert [task.assigned_worker for task in planned] == ["allowed", None]
