"""``azure-llm-2023``: requests to two LLM services of Azure (AzurePublicDataset, AzureLLMInferenceDataset2023).

One CSV file a service; a folder stands for all of its ``AzureLLMInferenceTrace_*.csv`` on their common clock. The task
type is the service: ``code`` or ``conv``. Durations are not recorded: the work is modelled as 0.2 ms an input token and
20 ms an output token, so that ``code`` is bound by reading and ``conv`` by writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from apportion.clock import Random
from apportion.errors import InputFileError
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, csv_rows, number

_PREFIX = "AzureLLMInferenceTrace_"
_SECONDS_PER_INPUT = 0.0002
_SECONDS_PER_OUTPUT = 0.02


def read(path: Path, _rng: Random) -> list[Row]:
    """Return the requests of one service, or of all in a folder."""
    files = sorted(path.glob(f"{_PREFIX}*.csv")) if path.is_dir() else [path]
    if not files:
        raise InputFileError(str(path), None, f"has no file {_PREFIX}*.csv")
    rows = [row for file in files for row in _requests(file)]
    first = min((row.arrival for row in rows), default=0.0)
    for row in rows:
        row.arrival -= first
    return rows


def _requests(path: Path) -> Iterator[Row]:
    service = path.stem.removeprefix(_PREFIX)
    for line, row in csv_rows(path, ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]):
        given = number(path, line, "ContextTokens", row["ContextTokens"])
        made = number(path, line, "GeneratedTokens", row["GeneratedTokens"])
        yield Row(
            arrival=_seconds(path, line, row["TIMESTAMP"]),
            work=_SECONDS_PER_INPUT * given + _SECONDS_PER_OUTPUT * made,
            task_type=service,
            columns={"service": service, "input_tokens": given, "output_tokens": made},
        )


def _seconds(path: Path, line: int, text: str) -> float:
    """Return Unix seconds. The seven decimals are one more than `datetime` reads."""
    whole, _, fraction = text.partition(".")
    try:
        return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{fraction or 0}")
    except ValueError:
        raise InputFileError(str(path), line, f"TIMESTAMP: must be a date and time, not {text!r}") from None


READER = Reader(
    read,
    {"service": "code or conv", "input_tokens": "tokens of the prompt", "output_tokens": "tokens of the answer"},
)
