"""What a batch is to do, as its caller says it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RESULTS_FILE = "results.jsonl"
LOGS_FOLDER = "logs"
STORE_FILE = "state.db"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch is run.

    Attributes:
        tasks: the tasks file; ``-``: standard input.
        fleet: the fleet file.
        results: the folder for results, logs and, unless ``store`` says otherwise, the state.
        strategy: the name of the balancing strategy, or None for the default.
        store: the path or URL of the store, or None.
        fail_fast: stop at the first task that fails.
        fresh: begin anew, whatever was done before.
        retry_failed: try the tasks again that failed in earlier runs.
        grace: seconds that running commands have to end when the run is ended.
    """

    tasks: str
    fleet: str
    results: Path
    strategy: str | None = None
    store: str | None = None
    fail_fast: bool = False
    fresh: bool = False
    retry_failed: bool = False
    grace: float = 5.0

    @property
    def results_file(self) -> Path:
        """The file with a line for each task that has ended."""
        return self.results / RESULTS_FILE

    @property
    def store_file(self) -> Path:
        """Where the state is, as a path."""
        return Path((self.store or str(self.results / STORE_FILE)).removeprefix("sqlite:///"))

    @property
    def logs(self) -> Path:
        """The folder with what the commands print."""
        return self.results / LOGS_FOLDER
