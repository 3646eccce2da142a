"""The second half of ``apportion run --help``: examples, file formats, exit codes. Its lines fit 80 columns."""

from __future__ import annotations

EPILOG = r"""
[bold]Examples[/bold]

apportion run tasks.jsonl --fleet fleet.toml
apportion run tasks.jsonl --fleet fleet.toml --dry-run
apportion run tasks.jsonl --fleet fleet.toml --retry-failed

[bold]TASKS[/bold]: a JSON object a line; blank lines do not count

{"id": "a", "task_type": "lint", "payload": {"command": \["ruff", "check"]}}

Required: id, by which a task is known again; task_type, under which is
learned how such tasks go; payload: command and, if wanted, env and cwd
(relative to the folder of the file). Optional: requirements (capabilities,
complexity, priority, affinity, anti_affinity, constraints, deadline, …),
timeout in seconds, max_attempts (3), delay, not_before, schedule_timeout,
tenant.

[bold]FILE[/bold]: the fleet, TOML; with count = 3 the ids are quick-0 to quick-2

\[\[worker]]
id = "quick"
count = 3
capabilities = \["python"]
max_capacity = 2
env = { LEVEL = "1" }

[bold]DIR[/bold]: results.jsonl with a line for each task that has ended (id, state,
attempts, worker, exit_code, duration, error); logs/ID.log with what all
attempts of a task printed; state.db

[bold]The same command again[/bold] runs what has not finished. Tasks that were added
to the file are run; unfinished ones that are no longer in it are cancelled;
one that was changed under its id is refused.

[bold]Exit codes[/bold]

0    all done
1    a task failed
2    bad input; nothing was started
3    the state or the results are held by another run, which is named
4    the disk is full or cannot be written; nothing that finished is lost
70   a bug in apportion; nothing that finished is lost
130  ended by Ctrl-C or SIGTERM
"""
