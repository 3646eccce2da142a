"""``mooncake``: requests with the hashes of their prompts' blocks, a JSON object a line (Mooncake, FAST 2025).

Requests of one conversation begin with the same blocks, so a request belongs to the session that first introduced the
deepest block that it repeats, if it repeats at least two; else it begins a session. (Block 0 opens every request and
says nothing.) The session is the key that keeps tasks together. Types are ``short`` and ``long``, parted at 8192
tokens. Work is modelled as 0.2 ms an input token and 20 ms an output token, whatever a cache would save; by the columns
``fresh_tokens`` and ``reused_tokens`` a worker with a cache can be modelled.
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
_BLOCK = 512
_JOINED = 2
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
        known = _known(blocks, introduced)
        session = introduced[blocks[known - 1]] if known >= _JOINED else f"s{line}"
        reused = min(size, _BLOCK * known) if known >= _JOINED else 0
        for block in blocks:
            introduced.setdefault(block, session)
        yield Row(
            arrival=arrival,
            work=_SECONDS_PER_INPUT * size + _SECONDS_PER_OUTPUT * made,
            task_type="long" if size > _LONG else "short",
            columns={
                "input_tokens": size,
                "output_tokens": made,
                "session": session,
                "reused_tokens": reused,
                "fresh_tokens": size - reused,
            },
            key=session,
        )


def _known(blocks: list[int], introduced: dict[int, str]) -> int:
    """Return how many blocks at the beginning are known."""
    known = 0
    for block in blocks:
        if block not in introduced:
            break
        known += 1
    return known


READER = Reader(
    read,
    {
        "input_tokens": "tokens of the prompt",
        "output_tokens": "tokens of the answer",
        "session": "the conversation that it belongs to",
        "reused_tokens": "tokens at the beginning of the prompt that its session has had before",
        "fresh_tokens": "the other tokens of the prompt",
    },
)
