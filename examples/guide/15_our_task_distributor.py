"""Integration with WorkerRegistry, the other way: Apportion's own TaskDistributor.

It keeps tasks in a store, runs them, repeats what failed, and tells the balancer every outcome. The guide's three
methods are there as well, for those who run the tasks themselves.
"""

import asyncio

from apportion import TaskDistributor, TaskRequirements, WorkerInfo


def lint(payload):
    return f"{payload['file']} is clean"


async def main():
    # "tasks.db" instead of None keeps all in a SQLite file, and goes on from there after a crash.
    async with TaskDistributor.open(None) as distributor:
        # Apportion runs the task: submit it, and wait for the result.
        distributor.add_local_worker(WorkerInfo("w1", {"typescript"}, max_capacity=10), handlers={"lint": lint})
        handle = await distributor.submit(
            "lint", {"file": "app.ts"}, capabilities={"typescript"}, complexity=3, priority=8
        )
        print("Result:", await handle.result(timeout=60))

        # The caller runs the task: the guide's calls.
        distributor.add_worker(WorkerInfo("w2", {"postgresql"}, max_capacity=4))
        task_id = await distributor.distribute_task(TaskRequirements({"postgresql"}, complexity=4, task_type="migrate"))
        print("Held by:", (await distributor.task(task_id)).assigned_worker)
        print("No room for another:", await distributor.distribute_task(TaskRequirements({"postgresql"})))
        print("Advice:", [rec.reason for rec in distributor.monitor_and_rebalance()])
        await distributor.handle_task_completion("w2", task_id, True, 2.5)
        print("State:", (await distributor.task(task_id)).state)


asyncio.run(main())

# Prints:
# Result: app.ts is clean
# Held by: w2
# No room for another: None
# Advice: ['w2 is overloaded at 100% (4 of 4); nobody below 80% shares its capabilities: add workers']
# State: succeeded
