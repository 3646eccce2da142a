"""The payload of a batch's task: a command line, its environment and its folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from apportion.batch import strict_json
from apportion.batch.problems import Problems
from apportion.executors.command_payload import FIELDS, read_command, read_env

ANY_COMMAND = ["true"]


def note_problems(line: int | None, payload: object, problems: Problems) -> None:
    """Note what is wrong with a payload, each field by itself."""
    if not strict_json.is_object(payload):
        problems.add(line, f'payload: must be an object such as {{"command": ["wc", "-l", "file"]}}, not {payload!r}')
        return
    problems.unknown(line, "payload", payload, FIELDS)
    command = {"command": payload["command"]} if "command" in payload else {}
    problems.checked(line, partial(read_command, command))
    problems.checked(line, partial(read_env, "payload.env", payload.get("env", {})))
    problems.checked(line, partial(read_command, {"command": ANY_COMMAND, "cwd": payload.get("cwd", ".")}))


def missing_program(payload: Mapping[str, Any], folder: Path, paths: tuple[str, ...]) -> str | None:
    """Return the program of a command line that nobody could start, or None.

    Args:
        payload: a payload without problems.
        folder: the folder that its ``cwd`` is relative to.
        paths: the search paths (``PATH``) of the workers.
    """
    program: str = payload["command"][0]
    if os.sep in program:
        whole = folder / payload.get("cwd", ".") / program
        return None if shutil.which(str(whole)) else program
    own_path = payload.get("env", {}).get("PATH")
    searched = (own_path,) if own_path is not None else paths
    return None if any(shutil.which(program, path=path) for path in searched) else program
