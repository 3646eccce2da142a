"""The payload of a batch's task: a command line, its environment and its folder."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from apportion.batch import strict_json
from apportion.errors import FieldError, FieldTypeError

FIELDS = ("command", "env", "cwd")
EXAMPLE = '["wc", "-l", "file"]'


def problems_of(payload: object) -> Iterator[FieldError | FieldTypeError]:
    """Yield what is wrong with a payload's values; names that are not known are somebody else's to find."""
    if not strict_json.is_object(payload):
        yield FieldTypeError("payload", f'must be an object such as {{"command": {EXAMPLE}}}, not {payload!r}')
        return
    yield from _command_problems(payload.get("command"))
    yield from environment_problems("payload.env", payload.get("env", {}))
    cwd = payload.get("cwd", ".")
    if not isinstance(cwd, str):
        yield FieldTypeError("payload.cwd", f"must be a string, not {cwd!r}")
    elif not cwd or "\0" in cwd:
        yield FieldError("payload.cwd", f"must be the name of a folder, not {cwd!r}")


def _command_problems(command: object) -> Iterator[FieldError | FieldTypeError]:
    field = "payload.command"
    if command is None:
        yield FieldTypeError(field, f"is required and missing; a list such as {EXAMPLE}")
    elif isinstance(command, str):
        remedy = f'for a shell write ["sh", "-c", {json.dumps(command, ensure_ascii=False)}]'
        yield FieldTypeError(field, f"must be a list of strings, not a string; {remedy}")
    elif not strict_json.is_list(command):
        yield FieldTypeError(field, f"must be a list of strings, not {command!r}")
    elif not command or not command[0]:
        yield FieldError(field, "must begin with the name of a program")
    else:
        yield from _argument_problems(command)


def _argument_problems(command: list[Any]) -> Iterator[FieldError | FieldTypeError]:
    for place, word in enumerate(command):
        if not isinstance(word, str):
            yield FieldTypeError(f"payload.command[{place}]", f"must be a string, not {word!r}")
        elif "\0" in word:
            yield FieldError(f"payload.command[{place}]", "must not hold a NUL character: no program can be given one")


def environment_problems(field: str, env: object) -> Iterator[FieldError | FieldTypeError]:
    """Yield what is wrong with an environment: a mapping of names to strings."""
    if not strict_json.is_object(env):
        yield FieldTypeError(field, f"must map names to strings, not {env!r}")
        return
    for name, value in env.items():
        if not name or "=" in name or "\0" in name:
            yield FieldError(field, f"{name!r} cannot be the name of a variable")
        elif not isinstance(value, str):
            yield FieldTypeError(f"{field}.{name}", f'must be a string, not {value!r}; write "{value}"')
        elif "\0" in value:
            yield FieldError(f"{field}.{name}", "must not hold a NUL character")


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
