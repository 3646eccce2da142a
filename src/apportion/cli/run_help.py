"""The second half of ``apportion run --help``: examples, file formats, exit codes."""

from __future__ import annotations

EPILOG = r"""
[bold]Examples[/bold]

apportion run tasks.jsonl --fleet fleet.toml
apportion run tasks.jsonl --fleet fleet.toml --dry-run
apportion run tasks.jsonl --fleet fleet.toml --retry-failed

[bold]TASKS[/bold], a JSON object a line; blank lines do not count:

{"id": "lint-src", "task_type": "lint", "payload": {"command": \["ruff", "check", "src"]}}

Required: id (by which a task is known again), task_type (under which is learned how such tasks go), payload with
command (a list) and, if wanted, env and cwd (relative to the folder of the file). Optional: requirements
(capabilities, complexity, priority, affinity, anti_affinity, constraints, deadline, …), timeout in seconds,
max_attempts (3), delay, not_before, schedule_timeout, tenant.

[bold]FILE[/bold], the fleet, TOML; with count = 3 the ids are quick-0, quick-1 and quick-2:

\[\[worker]]
id = "quick"
count = 3
capabilities = \["python"]
max_capacity = 2
env = { LEVEL = "1" }

[bold]The same command again[/bold] runs what has not finished. Tasks that were added to the file are run, unfinished
ones that are no longer in it are cancelled, and one that was changed under its id is refused.

[bold]DIR[/bold] holds results.jsonl (a line for each task that has ended: id, state, attempts, worker, exit_code,
duration, error), logs/ID.log (what all attempts of a task printed) and state.db.

[bold]Exit codes[/bold]

0 all done
1 a task failed
2 bad input; nothing was started
3 the state is held by another run, which is named
4 the disk is full or the state cannot be written; nothing is lost
130 ended by Ctrl-C or SIGTERM
"""
