"""``mooncake``: requests with the hashes of their prompts' blocks, a JSON object a line (Mooncake, FAST 2025).

Requests of one conversation begin with the same blocks, so a request belongs to the session that first introduced the
deepest block that it repeats, if it repeats at least two; else it begins a session. (Block 0 opens every request and
says nothing.) The session is the key that keeps tasks together. Types are ``short`` and ``long``, parted at 8192
tokens. Work is modelled as 0.2 ms an input token and 20 ms an output token, whatever a cache would save.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from apportion.clock import Random
from apportion.errors import InputFileError
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, lines

_LONG = 8192
_SECONDS_PER_INPUT = 0.0002
_SECONDS_PER_OUTPUT = 0.02


def read(path: Path, _rng: Random) -> Iterator[Row]:
    """Return the requests of a file."""
    introduced: dict[int, str] = {}
    for line, text in lines(path):
        try:
            given = json.loads(text)
            arrival, size, made = given["timestamp"] / 1000.0, given["input_length"], given["output_length"]
            blocks: list[int] = given["hash_ids"]
        except (ValueError, KeyError, TypeError):
            problem = "must be an object with timestamp, input_length, output_length and hash_ids"
            raise InputFileError(str(path), line, problem) from None
        session = _session(blocks, introduced) or f"s{line}"
        for block in blocks:
            introduced.setdefault(block, session)
        yield Row(
            arrival=arrival,
            work=_SECONDS_PER_INPUT * size + _SECONDS_PER_OUTPUT * made,
            task_type="long" if size > _LONG else "short",
            columns={"input_tokens": size, "output_tokens": made, "session": session},
            key=session,
        )


def _session(blocks: list[int], introduced: dict[int, str]) -> str | None:
    """Return the session of the deepest block of the beginning that is known, if at least two are."""
    known = 0
    for block in blocks:
        if block not in introduced:
            break
        known += 1
    return introduced[blocks[known - 1]] if known >= 2 else None


READER = Reader(
    read,
    {
        "input_tokens": "tokens of the prompt",
        "output_tokens": "tokens of the answer",
        "session": "the conversation that it belongs to",
    },
)
