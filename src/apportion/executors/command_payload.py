"""What a command's payload says, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from apportion import validation
from apportion.errors import FieldError, FieldTypeError

FIELDS = ("command", "env", "cwd")
DEFAULTS: Mapping[str, object] = {"env": {}, "cwd": "."}


@dataclass(frozen=True, slots=True)
class Command:
    """A command to run.

    Attributes:
        words: the program and its arguments.
        env: what is added to its environment.
        cwd: the folder that it runs in, as it was written.
    """

    words: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str


def read_command(payload: object) -> Command:
    """Return the command of ``{"command": ["wc", "-l"], "env": {}, "cwd": "."}``.

    Raises:
        FieldError, FieldTypeError: naming the field as ``payload.command[1]``.
    """
    given = validation.mapping("payload", payload)
    validation.known_fields("payload", given, FIELDS)
    validation.required_fields("payload", given, FIELDS[:1])
    cwd = _passable("payload.cwd", validation.text("payload.cwd", given.get("cwd", DEFAULTS["cwd"])))
    return Command(_words(given["command"]), read_env("payload.env", given.get("env", DEFAULTS["env"])), cwd)


def read_env(field: str, env: object) -> dict[str, str]:
    """Return an environment: names to strings.

    Raises:
        FieldError, FieldTypeError: naming the variable as ``payload.env.LEVEL``.
    """
    kept: dict[str, str] = {}
    for name, value in validation.mapping(field, env).items():
        if "=" in name or "\0" in name:
            raise FieldError(field, f"{name!r} cannot be the name of a variable")
        if not isinstance(value, str):
            raise FieldTypeError(f"{field}.{name}", f'must be a string, not {value!r}; write "{value}"')
        kept[name] = _passable(f"{field}.{name}", value)
    return kept


def _words(command: object) -> tuple[str, ...]:
    field = "payload.command"
    if isinstance(command, str):
        remedy = f'for a shell write ["sh", "-c", {json.dumps(command, ensure_ascii=False)}]'
        raise FieldTypeError(field, f"must be a list of strings, not a string; {remedy}")
    if not isinstance(command, list | tuple):
        raise FieldTypeError(field, f"must be a list of strings, not {command!r}")
    words = tuple(_word(f"{field}[{place}]", word) for place, word in enumerate(cast("list[object]", command)))
    if not words or not words[0]:
        raise FieldError(field, "must begin with the name of a program")
    return words


def _word(field: str, word: object) -> str:
    if not isinstance(word, str):
        raise FieldTypeError(field, f"must be a string, not {word!r}")
    return _passable(field, word)


def _passable(field: str, text: str) -> str:
    """Refuse what the operating system cannot hand to a program."""
    if "\0" in text:
        raise FieldError(field, "must not hold a NUL character: no program can be given one")
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise FieldError(field, "must not hold half a surrogate pair: no program can be given one") from None
    return text
