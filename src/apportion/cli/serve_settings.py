"""Where the settings of a service come from: a flag, a variable, ``apportion.toml``, the default, in this order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from apportion.batch import strict_json
from apportion.cli.serve_options import DEFAULTS, SETTINGS, Setting
from apportion.config import RuntimeConfig
from apportion.errors import ConfigurationError, FieldError, FieldTypeError, InputFileError, did_you_mean
from apportion.service.settings import ServiceSettings

FILE = Path("apportion.toml")
_KNOWN = {setting.name: setting for setting in SETTINGS}


def settings_of(given: Mapping[str, Any], file: Path | None) -> ServiceSettings:
    """Return the settings.

    Args:
        given: what flags and variables say; None: nothing.
        file: the file to read; None: ``apportion.toml``, where it is there.

    Raises:
        ConfigurationError: something is not allowed; the setting is named.
    """
    known = settings_in(file)
    merged = {**known, **{name: value for name, value in given.items() if value is not None}}
    try:
        runtime = DEFAULTS.runtime.replace(**_of(RuntimeConfig, merged))
        return replace(DEFAULTS, **_of(ServiceSettings, merged), runtime=runtime)
    except (FieldError, FieldTypeError) as error:
        raise ConfigurationError(str(error).replace("RuntimeConfig.", "").replace("ServiceSettings.", "")) from error


def _of(owner: type[Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: merged[field.name] for field in fields(owner) if field.name in merged}


def settings_in(file: Path | None) -> dict[str, Any]:
    """Return what a file says; None: ``apportion.toml``, where it is there.

    Raises:
        InputFileError: it cannot be read, or a setting is not known or of another type.
    """
    if file is None and not FILE.exists():
        return {}
    path = file or FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputFileError(str(path), None, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(str(path), None, f"not TOML: {error}") from error
    for name, value in found.items():
        if name not in _KNOWN:
            problem = f"unknown setting {name!r}{did_you_mean(name, _KNOWN)}; known: {', '.join(sorted(_KNOWN))}"
            raise InputFileError(str(path), None, problem)
        if not _fits(value, _KNOWN[name]):
            raise InputFileError(str(path), None, f"{name}: must be {_wanted(_KNOWN[name])}, not {value!r}")
    return found


def _fits(value: Any, setting: Setting) -> bool:
    if setting.type == list[str]:
        return strict_json.is_list(value) and all(isinstance(each, str) for each in value)
    if isinstance(value, bool):
        return setting.type is bool
    return isinstance(value, (int, float) if setting.type is float else setting.type)


def _wanted(setting: Setting) -> str:
    if setting.type == list[str]:
        return "a list of strings"
    return {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}[setting.type]
