"""The options of ``apportion run``, as its help shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Tasks = Annotated[str, typer.Argument(metavar="TASKS", help="The tasks, a JSON object a line; - for standard input.")]
Fleet = Annotated[str, typer.Option("--fleet", "-f", metavar="FILE", help="The workers, a TOML file.")]
Results = Annotated[Path, typer.Option("--results", "-r", metavar="DIR", help="Where results, logs and the state go.")]
Strategy = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who decides which worker gets a task.", show_default="adaptive")
]
Store = Annotated[
    str | None, typer.Option(metavar="PATH", help="Where the state is kept.", show_default="DIR/state.db")
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first task that fails.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try the tasks again that failed in earlier runs.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin anew; forget what was done before.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and explain it; change nothing.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress, only warnings and the summary.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary, or the plan, as JSON.")]
Grace = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long running commands may take to end on Ctrl-C.")
]
