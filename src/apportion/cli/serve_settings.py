"""Where the settings of a service come from: a flag, a variable, ``apportion.toml``, the default, in this order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apportion.config import RuntimeConfig
from apportion.errors import InputFileError, did_you_mean
from apportion.service.settings import ServiceSettings

FILE = Path("apportion.toml")
_SERVICE = ("host", "port", "store", "strategy")
_RUNTIME = ("order", "lease_seconds", "heartbeat_interval", "max_queued", "retry_backoff", "grace")
_TYPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("host", "store", "strategy", "order"), (str,)),
    **dict.fromkeys(("port", "max_queued"), (int,)),
    **dict.fromkeys(("lease_seconds", "heartbeat_interval", "retry_backoff", "grace"), (int, float)),
}


def settings_of(given: Mapping[str, Any], file: Path | None) -> ServiceSettings:
    """Return the settings.

    Args:
        given: what flags and variables say; None: nothing.
        file: the file to read; None: ``apportion.toml``, where it is there.

    Raises:
        ConfigurationError, FieldError, FieldTypeError: something is not allowed.
    """
    known = _read(file or FILE) if file is not None or FILE.exists() else {}
    merged = {**known, **{name: value for name, value in given.items() if value is not None}}
    runtime = RuntimeConfig(**{name: merged[name] for name in _RUNTIME if name in merged})
    return ServiceSettings(**{name: merged[name] for name in _SERVICE if name in merged}, runtime=runtime)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputFileError(str(path), None, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(str(path), None, f"not TOML: {error}") from error
    for name, value in found.items():
        if name not in _TYPES:
            problem = f"unknown setting {name!r}{did_you_mean(name, _TYPES)}; known: {', '.join(sorted(_TYPES))}"
            raise InputFileError(str(path), None, problem)
        if not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            wanted = " or ".join(each.__name__ for each in _TYPES[name])
            raise InputFileError(str(path), None, f"{name}: must be {wanted}, not {value!r}")
    return found
