"""A run for tests to kill: starts shell scripts, says so, and waits for its end.

Arguments: the run's id, a folder, and shell scripts. A line on standard output says the guardian's pid, again whenever
a line asks ``guardian?``; any other ends the run.
"""

import asyncio
import sys
from pathlib import Path

from apportion.executors.command import CommandConfig, CommandExecutor
from apportion.executors.guardian import Guardian
from apportion.executors.process import ProcessExecutor
from apportion.ports import Attempt
from tests.executors import handlers


async def main(run_id, folder, *scripts):
    guardian = Guardian(run_id)
    commands = CommandExecutor(CommandConfig(Path(folder), Path(folder) / "logs"), guardian)
    processes = ProcessExecutor(
        {"hold": handlers.hold_the_lock_of_the_interpreter, "start": handlers.start_another}, 4, guardian
    )
    for number, script in enumerate(scripts):
        kind, _, rest = script.partition(":")
        if kind in {"hold", "start"}:
            processes.start(Attempt(f"task-{number}", kind, rest, "w", 1, 1, None), print)
        else:
            payload = {"command": ["sh", "-c", script]}
            commands.start(Attempt(f"task-{number}", "command", payload, "w", 1, 1, None), print)
    await guardian.arm()
    print(guardian.pid, flush=True)
    while await asyncio.to_thread(sys.stdin.readline) == "guardian?\n":
        print(guardian.pid or 0, flush=True)
    await commands.close(0.1)
    await processes.close(0.1)
    await guardian.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
